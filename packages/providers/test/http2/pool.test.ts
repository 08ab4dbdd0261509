import { constants, type Http2ServerResponse } from 'node:http2';
import { describe, expect, test } from '@jest/globals';
import type { PoolResult } from '../../src/http2/result.ts';
import { reply, startH2, streamOf } from '../support/h2-server.ts';
import { aRequest, deferred, failed, HTTP2_CLIENTS, many, startPool, statuses } from '../support/pool.ts';

describe.each(HTTP2_CLIENTS)('by the client %s', (client) => {
  const start = (server: Parameters<typeof startPool>[0], options: Parameters<typeof startPool>[1] = {}) =>
    startPool(server, { client, ...options });

  test('an answer has its status, headers and body', async () => {
    await using server = await startH2((response) => reply(response, 418, { tea: 'pot' }, { 'retry-after': '3' }));
    await using pool = start(server);
    const result = await pool.request(aRequest());
    expect(result).toMatchObject({
      ok: true,
      answer: { status: 418, headers: { 'retry-after': '3' }, body: '{"tea":"pot"}' },
    });
    expect(server.received).toMatchObject([{ path: '/push', headers: { 'x-test': '1' }, body: 'hello' }]);
  });

  test('an endless body is cut, and its stream cancelled', async () => {
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
    await using pool = start(server);
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
      await using pool = start(server, { timeoutMs: 200 });
      expect(failed(await pool.request(aRequest()))).toEqual({ processed: 'maybe', code: 'ETIMEDOUT' });
      expect(await closed.promise).toBe(constants.NGHTTP2_CANCEL);
    });

    test('while waiting for a stream it was never sent', async () => {
      await using server = await startH2(() => undefined, { settings: { maxConcurrentStreams: 0 } });
      await using pool = start(server, { timeoutMs: 200, startStreams: 0 });
      expect(failed(await pool.request(aRequest()))).toEqual({ processed: 'no', code: 'ETIMEDOUT' });
      expect(server.received).toHaveLength(0);
    });
  });

  test('the number of waiting requests is limited', async () => {
    const arrived = deferred<Http2ServerResponse>();
    await using server = await startH2(
      (response) => {
        if (server.received.length === 1) arrived.resolve(response);
        else reply(response, 200);
      },
      { settings: { maxConcurrentStreams: 1 } },
    );
    await using pool = start(server, { maxSessions: 1, startStreams: 1, maxWaiting: 2 });
    const first = pool.request(aRequest());
    const response = await arrived.promise;
    const rest = many(pool, 3);
    expect(failed((await rest[2]) as PoolResult)).toEqual({ processed: 'no', code: 'EAGAIN' });
    reply(response, 200);
    expect(statuses(await Promise.all([first, ...rest.slice(0, 2)]))).toEqual([200, 200, 200]);
  });

  test('closing abandons waiting requests and those in flight, and refuses new ones', async () => {
    const arrived = deferred();
    await using server = await startH2(() => arrived.resolve(), { settings: { maxConcurrentStreams: 1 } });
    await using pool = start(server, { maxSessions: 1, startStreams: 1 });
    const sends = many(pool, 2);
    await arrived.promise;
    await pool.close();
    const results = [...(await Promise.all(sends)), await pool.request(aRequest())];
    expect(results.map(failed)).toEqual(['maybe', 'no', 'no'].map((processed) => ({ processed, code: 'ECANCELED' })));
  });
});
