import { constants, type Http2ServerResponse } from 'node:http2';
import { describe, expect, test } from '@jest/globals';
import { reply, startH2, streamOf } from '../support/h2-server.ts';
import { aRequest, deferred, failed, HTTP2_CLIENTS, many, startPool, statuses } from '../support/pool.ts';
import { startProxy } from '../support/tcp-proxy.ts';

describe.each(HTTP2_CLIENTS)('by the client %s', (client) => {
  const start = (server: Parameters<typeof startPool>[0], options: Parameters<typeof startPool>[1] = {}) =>
    startPool(server, { client, ...options });

  describe('a silent peer', () => {
    const IMPATIENT = { pingAfterMs: 20, killAfterMs: 20 };

    test('that does not answer a ping is given up, and the next request takes another connection', async () => {
      const arrived = deferred();
      await using server = await startH2((response, { body }) =>
        body === 'stuck' ? arrived.resolve() : reply(response, 200),
      );
      await using proxy = await startProxy(server.port);
      await using pool = start({ origin: `https://127.0.0.1:${proxy.port}`, ca: server.ca }, IMPATIENT);
      await pool.request(aRequest());
      const stuck = pool.request(aRequest('stuck'));
      proxy.freeze();
      expect(failed(await stuck)).toEqual({ processed: 'maybe', code: 'ERR_HTTP2_PING_TIMEOUT' });
      expect(statuses([await pool.request(aRequest())])).toEqual([200]);
    });

    test('that answers pings is waited for', async () => {
      let pings = 0;
      await using server = await startH2((response) => {
        streamOf(response).session?.on('ping', () => {
          pings += 1;
          if (pings === 3) reply(response, 200);
        });
      });
      await using pool = start(server, { pingAfterMs: 20, killAfterMs: 10_000 });
      expect(statuses([await pool.request(aRequest())])).toEqual([200]);
      expect(server.sessions).toHaveLength(1);
    });
  });

  describe('a truncated answer leaves the result of the request open', () => {
    test.each<[string, (response: Http2ServerResponse) => void]>([
      ['by the end of the connection', (response) => streamOf(response).session?.destroy()],
      ['by a cancelled stream', (response) => streamOf(response).close(constants.NGHTTP2_CANCEL)],
      ['by an error of the stream', (response) => streamOf(response).close(constants.NGHTTP2_INTERNAL_ERROR)],
    ])('%s', async (_how, breakOff) => {
      await using server = await startH2((response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"na', () => breakOff(response));
      });
      await using pool = start(server);
      expect(failed(await pool.request(aRequest()))).toMatchObject({ processed: 'maybe' });
      expect(server.received).toHaveLength(1);
    });

    test('before it began', async () => {
      await using server = await startH2((response) => streamOf(response).session?.destroy());
      await using pool = start(server);
      expect(failed(await pool.request(aRequest()))).toMatchObject({ processed: 'maybe' });
    });
  });

  describe('an origin that is down', () => {
    async function unusedPort(): Promise<number> {
      await using server = await startH2(() => undefined);
      return server.port;
    }

    test('is not called again until a pause is over, and requests were not processed meanwhile', async () => {
      const port = await unusedPort();
      let now = 1000;
      await using other = await startH2(() => undefined);
      await using pool = start({ origin: `https://127.0.0.1:${port}`, ca: other.ca }, { now: () => now });

      const results = await Promise.all(many(pool, 3));
      expect(results.map(failed)).toEqual(results.map(() => ({ processed: 'no', code: 'ECONNREFUSED' })));
      await using server = await startH2((response) => reply(response, 200), { port });
      expect(await pool.request(aRequest())).toMatchObject({ ok: false, processed: 'no', retryAfterMs: 125 });
      expect(server.sessions).toHaveLength(0);
      now += 125;
      expect(statuses([await pool.request(aRequest())])).toEqual([200]);
    });

    test('because of its certificate is recognized', async () => {
      await using server = await startH2((response) => reply(response, 200));
      await using pool = start({ origin: server.origin.replace('127.0.0.1', 'localhost'), ca: server.ca });
      expect(failed(await pool.request(aRequest()))).toEqual({ processed: 'no', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
      expect(server.received).toEqual([]);
    });
  });
});
