import { describe, expect, test } from '@jest/globals';
import { ErrorCode } from '../../src/lean-http2/codes.ts';
import { END_HEADERS, frame, literal, STATUS_200, settings, uint32 } from '../support/frames.ts';
import { BAD_BEGINNINGS, STREAM_ERRORS, VIOLATIONS } from '../support/hostile-frames.ts';
import { aRequest, failed, many, startPool, statuses } from '../support/pool.ts';
import { ACCEPTED, type RawConnection, startRawH2 } from '../support/raw-h2.ts';

const lean = (server: { origin: string; ca: string }) => startPool(server, { client: 'lean', maxSessions: 1 });

describe('a server that breaks the protocol is left, and the next connection is as good as new', () => {
  test.each(VIOLATIONS)('%s', async (_what, bytes, code) => {
    await using server = await startRawH2((streamId, connection) =>
      connection.index === 0 ? bytes : ACCEPTED(streamId, connection),
    );
    await using pool = lean(server);
    const [result] = statuses([await pool.request(aRequest())]);
    // Some come after the end of the stream.
    const unclear = { processed: 'maybe', code: expect.stringMatching(/^ERR_HTTP2_/) };
    expect([200, unclear]).toContainEqual(result);
    await server.connections[0]?.closed;
    expect(server.connections[0]?.goaway).toBe(code);
    expect(statuses(await Promise.all(many(pool, 3)))).toEqual([200, 200, 200]);
    expect(server.connections).toHaveLength(2);
  });

  test.each(BAD_BEGINNINGS)('that begins with %s', async (_what, bytes, code) => {
    await using server = await startRawH2(() => Buffer.alloc(0), bytes);
    await using pool = lean(server);
    const result = await pool.request(aRequest());
    expect(failed(result)).toMatchObject({ code: 'ERR_HTTP2_ERROR' });
    await server.connections[0]?.closed;
    expect(server.connections[0]?.goaway).toBe(code);
  });
});

test.each([[[]], [['http/1.1']]])('a server that does not speak HTTP/2, but %j, is left', async (protocols) => {
  await using server = await startRawH2(ACCEPTED, settings(), protocols);
  await using pool = lean(server);
  const code = expect.stringMatching(/^ERR_(HTTP2_ERROR|SSL_)/);
  expect(failed(await pool.request(aRequest()))).toEqual({ processed: 'no', code });
});

describe('a malformed answer leaves the connection alone', () => {
  test.each(STREAM_ERRORS)('%s', async (_what, bytes) => {
    await using server = await startRawH2((streamId, connection) =>
      streamId === 1 ? bytes : ACCEPTED(streamId, connection),
    );
    await using pool = lean(server);
    expect(failed(await pool.request(aRequest()))).toEqual({ processed: 'maybe', code: 'ERR_HTTP2_STREAM_ERROR' });
    expect(statuses([await pool.request(aRequest())])).toEqual([200]);
    expect(server.connections).toHaveLength(1);
  });
});

/** Writes the same bytes until the client has closed. */
async function pour({ socket }: RawConnection, bytes: Buffer): Promise<void> {
  while (socket.writable) {
    if (socket.write(bytes)) await new Promise(setImmediate);
    else await new Promise((resume) => socket.once('drain', resume).once('close', resume));
  }
}

describe('an endless flood is ended before it costs memory', () => {
  /** The flood itself has no end. */
  const MOST_BYTES = 256 * 1024 * 1024;
  const times = (count: number, bytes: Buffer): Buffer => Buffer.concat(Array(count).fill(bytes));

  test.each<[what: string, opening: Buffer, flood: Buffer]>([
    [
      'of CONTINUATION',
      frame('HEADERS', { streamId: 1, payload: STATUS_200 }),
      frame('CONTINUATION', { streamId: 1, payload: Buffer.alloc(16_000) }),
    ],
    ['of empty CONTINUATION', frame('HEADERS', { streamId: 1 }), times(100, frame('CONTINUATION', { streamId: 1 }))],
    ['of PING', Buffer.alloc(0), times(100, frame('PING', { payload: Buffer.alloc(8) }))],
    ['of SETTINGS', Buffer.alloc(0), times(100, settings({ HEADER_TABLE_SIZE: 0 }))],
    ['of resets', Buffer.alloc(0), times(100, frame('RST_STREAM', { streamId: 1, payload: uint32(8) }))],
    ['of an unknown type', Buffer.alloc(0), frame(0xfa, { payload: Buffer.alloc(16_000) })],
    [
      'of header fields',
      Buffer.alloc(0),
      frame('HEADERS', { streamId: 1, flags: END_HEADERS, payload: literal(':status', '103') }),
    ],
  ])('%s', async (_what, opening, flood) => {
    let pouring = Promise.resolve();
    await using server = await startRawH2((_streamId, connection) => {
      pouring = pour(connection, flood);
      return opening;
    });
    await using pool = lean(server);
    const before = process.memoryUsage().rss;
    expect(failed(await pool.request(aRequest()))).toMatchObject({ processed: 'maybe' });
    await server.connections[0]?.closed;
    await pouring;
    expect(process.memoryUsage().rss - before).toBeLessThan(MOST_BYTES);
  });
});

test('a server that resets every stream at once is not called without end', async () => {
  await using server = await startRawH2((streamId) =>
    frame('RST_STREAM', { streamId, payload: uint32(ErrorCode.REFUSED_STREAM) }),
  );
  await using pool = lean(server);
  const results = statuses(await Promise.all(many(pool, 200)));
  expect(new Set(results.map((result) => JSON.stringify(result)))).toEqual(
    new Set([JSON.stringify({ processed: 'no', code: 'ERR_HTTP2_STREAM_ERROR' })]),
  );
});

test('a header that must not be sent fails its own request, and no other', async () => {
  await using server = await startRawH2(ACCEPTED);
  await using pool = lean(server);
  const send = (authorization: string) => pool.request({ path: '/push', headers: { authorization }, body: 'hello' });
  const results = [send('good'), send('good')];
  await expect(send('a\r\nb')).rejects.toThrow(TypeError);
  expect(statuses(await Promise.all([...results, send('good')]))).toEqual([200, 200, 200]);
});
