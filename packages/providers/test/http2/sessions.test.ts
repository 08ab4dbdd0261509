import { constants, type Http2ServerResponse } from 'node:http2';
import { describe, expect, test } from '@jest/globals';
import { reply, startH2, streamOf } from '../support/h2-server.ts';
import { aRequest, deferred, failed, HTTP2_CLIENTS, many, numbers, startPool, statuses } from '../support/pool.ts';

describe.each(HTTP2_CLIENTS)('by the client %s', (client) => {
  const start = (server: Parameters<typeof startPool>[0], options: Parameters<typeof startPool>[1] = {}) =>
    startPool(server, { client, ...options });

  describe('a GOAWAY', () => {
    test('with 300 in flight loses and repeats none: those it covers are awaited, the rest sent again', async () => {
      const held: [Http2ServerResponse, string][] = [];
      const processed: string[] = [];
      const answer = (response: Http2ServerResponse, body: string): void => {
        processed.push(body);
        reply(response, 200);
      };
      await using server = await startH2((response, { session, body }) => {
        if (session > 0) return answer(response, body);
        if (held.push([response, body]) < 300) return;
        const ids = held.map(([{ stream }]) => Number(stream.id)).sort((a, b) => a - b);
        const last = ids[199] as number;
        streamOf(response).session?.goaway(constants.NGHTTP2_NO_ERROR, last);
        for (const [waiting, text] of held) if (Number(waiting.stream.id) <= last) answer(waiting, text);
      });
      await using pool = start(server, { maxSessions: 1 });
      const results = await Promise.all(many(pool, 300));

      expect(new Set(statuses(results))).toEqual(new Set([200]));
      expect(processed).toHaveLength(300);
      expect(new Set(processed)).toEqual(new Set(numbers(300)));
      expect(server.received.filter(({ session }) => session === 1)).toHaveLength(100);
    });

    test('with an error code leaves the results of the streams it covers open', async () => {
      const held: Http2ServerResponse[] = [];
      await using server = await startH2((response, { session }) => {
        if (session > 0) return reply(response, 200);
        if (held.push(response) < 5) return;
        const ids = held.map(({ stream }) => Number(stream.id)).sort((a, b) => a - b);
        streamOf(response).session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, ids[1]);
      });
      await using pool = start(server, { maxSessions: 1 });
      const results = statuses(await Promise.all(many(pool, 5)));
      const unclear = { processed: 'maybe', code: 'ERR_HTTP2_SESSION_ERROR' };
      expect(results).toEqual([unclear, unclear, 200, 200, 200]);
    });

    test('sends later requests to another session', async () => {
      await using server = await startH2((response) => {
        streamOf(response).session?.goaway();
        reply(response, 200);
      });
      const events: string[] = [];
      await using pool = start(server, { onConnection: (event) => events.push(event) });
      for (const _ of [1, 2, 3]) expect(statuses([await pool.request(aRequest())])).toEqual([200]);
      expect(server.sessions).toHaveLength(3);
      await pool.close();
      for (const event of ['opened', 'goaway', 'closed']) expect(events.filter((it) => it === event)).toHaveLength(3);
    });
  });

  describe('a refused stream', () => {
    test('is sent again on another session', async () => {
      await using server = await startH2((response, { session }) => {
        if (session > 0) return reply(response, 200);
        streamOf(response).close(constants.NGHTTP2_REFUSED_STREAM);
      });
      await using pool = start(server);
      expect(statuses([await pool.request(aRequest())])).toEqual([200]);
      expect(server.received.map(({ session }) => session)).toEqual([0, 1]);
    });

    test('is sent again on the same session if no other is allowed', async () => {
      await using server = await startH2((response) => {
        if (server.received.length > 1) return reply(response, 200);
        streamOf(response).close(constants.NGHTTP2_REFUSED_STREAM);
      });
      await using pool = start(server, { maxSessions: 1 });
      expect(statuses([await pool.request(aRequest())])).toEqual([200]);
      expect(server.received.map(({ session }) => session)).toEqual([0, 0]);
    });

    test.each([1, 4])(
      'is sent again if it was the first of a new credential, with up to %i sessions',
      async (maxSessions) => {
        await using server = await startH2((response) => {
          if (server.received.length > 1) return reply(response, 200);
          streamOf(response).close(constants.NGHTTP2_REFUSED_STREAM);
        });
        await using pool = start(server, { maxSessions, timeoutMs: 2000, provenBy: (status) => status !== 403 });
        expect(statuses([await pool.request(aRequest())])).toEqual([200]);
        expect(server.received).toHaveLength(2);
      },
    );

    test('is given up, as never processed, when it is refused a fourth time', async () => {
      await using server = await startH2((response) => streamOf(response).close(constants.NGHTTP2_REFUSED_STREAM));
      await using pool = start(server);
      expect(failed(await pool.request(aRequest()))).toEqual({ processed: 'no', code: 'ERR_HTTP2_STREAM_ERROR' });
      expect(server.received).toHaveLength(4);
    });
  });

  describe('the number of streams', () => {
    test('follows the limit of the server from 1 to 1000', async () => {
      let inFlight = 0;
      let most = 0;
      const held: Http2ServerResponse[] = [];
      const server = await startH2(
        (response) => {
          most = Math.max(most, ++inFlight);
          if (server.received.length <= 3) {
            inFlight -= 1;
            if (server.received.length === 3) {
              expect(most).toBe(1);
              server.sessions[0]?.settings({ maxConcurrentStreams: 1000 });
            }
            return reply(response, 200);
          }
          if (held.push(response) === 47) for (const waiting of held) reply(waiting, 200);
        },
        { settings: { maxConcurrentStreams: 1 } },
      );
      await using _server = server;
      await using pool = start(server, { maxSessions: 1, startStreams: 1 });
      const results = await Promise.all(many(pool, 50));
      expect(new Set(statuses(results))).toEqual(new Set([200]));
      expect(most).toBe(47);
      expect(server.sessions).toHaveLength(1);
    });

    test('is one until an answer shows that the credential is good', async () => {
      const first: Http2ServerResponse[] = [];
      const held: Http2ServerResponse[] = [];
      await using server = await startH2((response) => {
        if (server.received.length === 1) first.push(response);
        else if (held.push(response) === 9) for (const waiting of held) reply(waiting, 200);
        if (first.length === 1 && server.received.length === 1) reply(response, 200);
      });
      await using pool = start(server, { maxSessions: 4, provenBy: (status) => status !== 403 });
      const sends = many(pool, 10);
      await sends[0];
      expect(statuses(await Promise.all(sends))).toEqual(numbers(10).map(() => 200));
      expect(server.sessions).toHaveLength(1);
    });

    test('opens another session when half in use, and the emptier one is chosen', async () => {
      const held: Http2ServerResponse[] = [];
      await using server = await startH2(
        (response) => {
          if (held.push(response) === 8) for (const waiting of held) reply(waiting, 200);
        },
        { settings: { maxConcurrentStreams: 4 } },
      );
      await using pool = start(server, { maxSessions: 2, startStreams: 4 });
      await Promise.all(many(pool, 8));
      expect(server.sessions).toHaveLength(2);
      expect(server.received.filter(({ session }) => session === 1)).toHaveLength(4);
    });
  });

  test('an old session accepts no new requests and finishes those it has', async () => {
    const arrived = deferred<Http2ServerResponse>();
    await using server = await startH2((response, { body }) =>
      body === 'slow' ? arrived.resolve(response) : reply(response, 200),
    );
    await using pool = start(server, { maxAgeMs: 50 });
    const slow = pool.request(aRequest('slow'));
    const response = await arrived.promise;
    while (server.sessions.length < 2) expect(statuses([await pool.request(aRequest())])).toEqual([200]);
    reply(response, 200);
    expect(statuses([await slow])).toEqual([200]);
  });
});
