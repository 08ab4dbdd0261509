import { constants, type Http2ServerResponse } from 'node:http2';
import { describe, expect, test } from '@jest/globals';
import type { SessionPool } from '../../src/http2/pool.ts';
import type { PoolResult } from '../../src/http2/result.ts';
import { reply, startH2, streamOf } from '../support/h2-server.ts';
import { aRequest, deferred, startPool } from '../support/pool.ts';
import { startProxy } from '../support/tcp-proxy.ts';

const many = (pool: SessionPool, count: number): Promise<PoolResult>[] =>
  Array.from({ length: count }, (_, index) => pool.request(aRequest(String(index))));

const failed = (result: PoolResult) => {
  if (result.ok) throw new Error(`answered ${result.answer.status}`);
  return { processed: result.processed, code: (result.error as NodeJS.ErrnoException).code };
};
const statuses = (results: PoolResult[]) =>
  results.map((result) => (result.ok ? result.answer.status : failed(result)));
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

test('an answer comes with its status, headers and body', async () => {
  await using server = await startH2((response) => reply(response, 418, { tea: 'pot' }, { 'retry-after': '3' }));
  await using pool = startPool(server);
  const result = await pool.request(aRequest());
  expect(result).toMatchObject({
    ok: true,
    answer: { status: 418, headers: { 'retry-after': '3' }, body: '{"tea":"pot"}' },
  });
  expect(server.received).toMatchObject([{ path: '/push', headers: { 'x-test': '1' }, body: 'hello' }]);
});

describe('a GOAWAY', () => {
  test('with 300 in flight loses none and repeats none: what it names is awaited, the rest sent again', async () => {
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
    await using pool = startPool(server, { maxSessions: 1 });
    const results = await Promise.all(many(pool, 300));

    expect(new Set(statuses(results))).toEqual(new Set([200]));
    expect(processed).toHaveLength(300);
    expect(new Set(processed)).toEqual(new Set(numbers(300)));
    expect(server.received.filter(({ session }) => session === 1)).toHaveLength(100);
  });

  test('with an error code leaves open what became of the streams it names', async () => {
    const held: Http2ServerResponse[] = [];
    await using server = await startH2((response, { session }) => {
      if (session > 0) return reply(response, 200);
      if (held.push(response) < 5) return;
      const ids = held.map(({ stream }) => Number(stream.id)).sort((a, b) => a - b);
      streamOf(response).session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, ids[1]);
    });
    await using pool = startPool(server, { maxSessions: 1 });
    const results = statuses(await Promise.all(many(pool, 5)));
    const unclear = { processed: 'maybe', code: 'ERR_HTTP2_SESSION_ERROR' };
    expect(results).toEqual([unclear, unclear, 200, 200, 200]);
  });

  test('sends later requests to another session', async () => {
    await using server = await startH2((response) => {
      streamOf(response).session?.goaway();
      reply(response, 200);
    });
    await using pool = startPool(server);
    for (const _ of [1, 2, 3]) expect(statuses([await pool.request(aRequest())])).toEqual([200]);
    expect(server.sessions).toHaveLength(3);
  });
});

describe('a refused stream', () => {
  test('is sent again on another session', async () => {
    await using server = await startH2((response, { session }) => {
      if (session > 0) return reply(response, 200);
      streamOf(response).close(constants.NGHTTP2_REFUSED_STREAM);
    });
    await using pool = startPool(server);
    expect(statuses([await pool.request(aRequest())])).toEqual([200]);
    expect(server.received.map(({ session }) => session)).toEqual([0, 1]);
  });

  test('is sent again on the same session where there may be no other', async () => {
    await using server = await startH2((response) => {
      if (server.received.length > 1) return reply(response, 200);
      streamOf(response).close(constants.NGHTTP2_REFUSED_STREAM);
    });
    await using pool = startPool(server, { maxSessions: 1 });
    expect(statuses([await pool.request(aRequest())])).toEqual([200]);
    expect(server.received.map(({ session }) => session)).toEqual([0, 0]);
  });

  test('is given up, as never processed, when it is refused a fourth time', async () => {
    await using server = await startH2((response) => streamOf(response).close(constants.NGHTTP2_REFUSED_STREAM));
    await using pool = startPool(server);
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
    await using pool = startPool(server, { maxSessions: 1, startStreams: 1 });
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
    await using pool = startPool(server, { maxSessions: 4, provenBy: (status) => status !== 403 });
    const sends = many(pool, 10);
    await sends[0];
    expect(statuses(await Promise.all(sends))).toEqual(numbers(10).map(() => 200));
    expect(server.sessions).toHaveLength(1);
  });

  test('half of which in use opens another session, and the emptier one is taken', async () => {
    const held: Http2ServerResponse[] = [];
    await using server = await startH2(
      (response) => {
        if (held.push(response) === 8) for (const waiting of held) reply(waiting, 200);
      },
      { settings: { maxConcurrentStreams: 4 } },
    );
    await using pool = startPool(server, { maxSessions: 2, startStreams: 4 });
    await Promise.all(many(pool, 8));
    expect(server.sessions).toHaveLength(2);
    expect(server.received.filter(({ session }) => session === 1)).toHaveLength(4);
  });
});

describe('a peer that is silent', () => {
  const IMPATIENT = { pingAfterMs: 20, killAfterMs: 20 };

  test('and does not answer a ping is given up, and the next request takes another connection', async () => {
    const arrived = deferred();
    await using server = await startH2((response, { body }) =>
      body === 'stuck' ? arrived.resolve() : reply(response, 200),
    );
    await using proxy = await startProxy(server.port);
    await using pool = startPool({ origin: `https://127.0.0.1:${proxy.port}`, ca: server.ca }, IMPATIENT);
    await pool.request(aRequest());
    const stuck = pool.request(aRequest('stuck'));
    proxy.freeze();
    expect(failed(await stuck)).toEqual({ processed: 'maybe', code: 'ERR_HTTP2_PING_TIMEOUT' });
    expect(statuses([await pool.request(aRequest())])).toEqual([200]);
  });

  test('but answers pings is waited for', async () => {
    let pings = 0;
    await using server = await startH2((response) => {
      streamOf(response).session?.on('ping', () => {
        pings += 1;
        if (pings === 3) reply(response, 200);
      });
    });
    await using pool = startPool(server, { pingAfterMs: 20, killAfterMs: 10_000 });
    expect(statuses([await pool.request(aRequest())])).toEqual([200]);
    expect(server.sessions).toHaveLength(1);
  });
});

describe('an answer that breaks off leaves open what became of the request', () => {
  test.each<[string, (response: Http2ServerResponse) => void]>([
    ['by the end of the connection', (response) => streamOf(response).session?.destroy()],
    ['by a cancelled stream', (response) => streamOf(response).close(constants.NGHTTP2_CANCEL)],
    ['by an error of the stream', (response) => streamOf(response).close(constants.NGHTTP2_INTERNAL_ERROR)],
  ])('%s', async (_how, breakOff) => {
    await using server = await startH2((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"na', () => breakOff(response));
    });
    await using pool = startPool(server);
    expect(failed(await pool.request(aRequest()))).toMatchObject({ processed: 'maybe' });
    expect(server.received).toHaveLength(1);
  });

  test('before it began', async () => {
    await using server = await startH2((response) => streamOf(response).session?.destroy());
    await using pool = startPool(server);
    expect(failed(await pool.request(aRequest()))).toMatchObject({ processed: 'maybe' });
  });
});

test('a body without end is cut, and its stream cancelled', async () => {
  const closed = deferred<number>();
  await using server = await startH2((response) => {
    const stream = streamOf(response);
    stream.on('close', () => closed.resolve(stream.rstCode));
    response.writeHead(500);
    const pour = (): void => {
      while (!stream.destroyed && response.write('x'.repeat(1024)));
      if (!stream.destroyed) response.once('drain', pour);
    };
    pour();
  });
  await using pool = startPool(server);
  const result = await pool.request(aRequest());
  expect(result.ok && [result.answer.status, result.answer.body.length]).toEqual([500, 65_536]);
  expect(await closed.promise).toBe(constants.NGHTTP2_CANCEL);
});

describe('a request ends in time', () => {
  test('in flight it is cancelled, and may have been processed', async () => {
    const closed = deferred<number>();
    await using server = await startH2((response) => {
      const stream = streamOf(response);
      stream.on('close', () => closed.resolve(stream.rstCode));
    });
    await using pool = startPool(server, { timeoutMs: 200 });
    expect(failed(await pool.request(aRequest()))).toEqual({ processed: 'maybe', code: 'ETIMEDOUT' });
    expect(await closed.promise).toBe(constants.NGHTTP2_CANCEL);
  });

  test('waiting for a stream it was never sent', async () => {
    await using server = await startH2(() => undefined, { settings: { maxConcurrentStreams: 0 } });
    await using pool = startPool(server, { timeoutMs: 200, startStreams: 0 });
    expect(failed(await pool.request(aRequest()))).toEqual({ processed: 'no', code: 'ETIMEDOUT' });
    expect(server.received).toHaveLength(0);
  });
});

test('no more requests wait than may', async () => {
  const arrived = deferred<Http2ServerResponse>();
  await using server = await startH2(
    (response) => {
      if (server.received.length === 1) arrived.resolve(response);
      else reply(response, 200);
    },
    { settings: { maxConcurrentStreams: 1 } },
  );
  await using pool = startPool(server, { maxSessions: 1, startStreams: 1, maxWaiting: 2 });
  const first = pool.request(aRequest());
  const response = await arrived.promise;
  const rest = many(pool, 3);
  expect(failed((await rest[2]) as PoolResult)).toEqual({ processed: 'no', code: 'EAGAIN' });
  reply(response, 200);
  expect(statuses(await Promise.all([first, ...rest.slice(0, 2)]))).toEqual([200, 200, 200]);
});

test('a session that is old takes no new requests, and those it has are finished', async () => {
  const arrived = deferred<Http2ServerResponse>();
  await using server = await startH2((response, { body }) =>
    body === 'slow' ? arrived.resolve(response) : reply(response, 200),
  );
  await using pool = startPool(server, { maxAgeMs: 50 });
  const slow = pool.request(aRequest('slow'));
  const response = await arrived.promise;
  while (server.sessions.length < 2) expect(statuses([await pool.request(aRequest())])).toEqual([200]);
  reply(response, 200);
  expect(statuses([await slow])).toEqual([200]);
});

describe('an origin that is down', () => {
  async function unusedPort(): Promise<number> {
    await using server = await startH2(() => undefined);
    return server.port;
  }

  test('is not asked again until a pause is over, and requests were not processed meanwhile', async () => {
    const port = await unusedPort();
    let now = 1000;
    await using other = await startH2(() => undefined);
    await using pool = startPool({ origin: `https://127.0.0.1:${port}`, ca: other.ca }, { now: () => now });

    const results = await Promise.all(many(pool, 3));
    expect(results.map(failed)).toEqual(results.map(() => ({ processed: 'no', code: 'ECONNREFUSED' })));
    await using server = await startH2((response) => reply(response, 200), { port });
    expect(await pool.request(aRequest())).toMatchObject({ ok: false, processed: 'no', retryAfterMs: 125 });
    expect(server.sessions).toHaveLength(0);
    now += 125;
    expect(statuses([await pool.request(aRequest())])).toEqual([200]);
  });

  test('for its certificate is told apart', async () => {
    await using server = await startH2((response) => reply(response, 200));
    await using pool = startPool({ origin: server.origin.replace('127.0.0.1', 'localhost'), ca: server.ca });
    expect(failed(await pool.request(aRequest()))).toEqual({ processed: 'no', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(server.received).toEqual([]);
  });
});

test('closing gives up what waits and what is in flight, and refuses what comes', async () => {
  const arrived = deferred();
  await using server = await startH2(() => arrived.resolve(), { settings: { maxConcurrentStreams: 1 } });
  await using pool = startPool(server, { maxSessions: 1, startStreams: 1 });
  const sends = many(pool, 2);
  await arrived.promise;
  await pool.close();
  const results = [...(await Promise.all(sends)), await pool.request(aRequest())];
  expect(results.map(failed)).toEqual(['maybe', 'no', 'no'].map((processed) => ({ processed, code: 'ECANCELED' })));
});
