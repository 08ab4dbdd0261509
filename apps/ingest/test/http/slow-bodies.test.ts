import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { upsertGroup } from '@fanfare/store';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { BODY_TIMES } from '../../src/http/body-times.ts';
import { streamBody } from '../../src/http/read-body.ts';
import { ADMIN_KEY, NOW } from '../support/private-deps.ts';
import { privateIngest } from '../support/private-ingest.ts';

const SOON = { wholeMs: 50, stream: { everyMs: 50, leastBytes: 1000 } };
const { deps, server } = await privateIngest({}, SOON);
const KIB = 1024;

/** Sends the head of a request and the beginning of its body; all that is answered until the connection ends. */
async function begin(path: string, type: string, beginning: string): Promise<string> {
  if (!server.server.listening) await server.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const headers = [`adminkey: ${ADMIN_KEY}`, 'appid: demo', `content-type: ${type}`, 'content-length: 1000'];
  socket.write([`PUT ${path} HTTP/1.1`, 'host: x', ...headers, '', beginning].join('\r\n'));
  return text(socket);
}

test.each([
  ['JSON', '/v3/users/bob', 'application/json', '{"name":'],
  ['NDJSON', '/v3/groups/hiking/members', 'application/x-ndjson', '{"uid":"bob"}\n'],
])('%s that stops arriving is answered, and the connection closed', async (_, path, type, beginning) => {
  await upsertGroup(deps.registry, 'demo', 'hiking', {}, NOW);
  const answer = await begin(path, type, beginning);
  expect(answer).toMatch(/^HTTP\/1\.1 400 .*connection: close.*body: took too long to arrive/is);
});

describe('a stream', () => {
  const { everyMs } = BODY_TIMES.stream;
  afterEach(() => void jest.useRealTimers());

  function open() {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const client = new PassThrough({ highWaterMark: 1024 * KIB });
    const body = streamBody(client, 200 * KIB, BODY_TIMES);
    const failure = once(body, 'error').then(([error]) => error);
    return { client, body, failure };
  }
  const arrives = async (client: PassThrough, bytes: number) => {
    client.write(Buffer.alloc(bytes));
    await new Promise((resolve) => setImmediate(resolve));
  };

  test('may take as long as it likes while it brings a KiB a second', async () => {
    const { client, body } = open();
    body.resume();
    for (let minute = 0; minute < 3; minute++) {
      await arrives(client, 60 * KIB);
      jest.advanceTimersByTime(everyMs);
    }
    client.end();
    await once(body, 'end');
    jest.advanceTimersByTime(10 * everyMs);
    expect(body.errored).toBeNull();
  });

  test('that brings less is ended', async () => {
    const { client, body, failure } = open();
    body.resume();
    await arrives(client, 29 * KIB);
    jest.advanceTimersByTime(everyMs);
    expect(await failure).toMatchObject({ code: 'ERR_BAD_REQUEST', message: 'body: took too long to arrive' });
  });

  test('that we are slow to read is not', async () => {
    const { client, body } = open();
    await arrives(client, 100 * KIB);
    jest.advanceTimersByTime(10 * everyMs);
    expect(body.destroyed).toBe(false);
  });

  test('larger than the limit is ended', async () => {
    const { client, body, failure } = open();
    body.resume();
    for (let i = 0; i < 3; i++) await arrives(client, 100 * KIB);
    expect(await failure).toMatchObject({ code: 'ERR_PAYLOAD_TOO_LARGE' });
  });

  test('whose client goes away is ended', async () => {
    const { client, failure } = open();
    client.destroy();
    expect(await failure).toMatchObject({ message: 'body: did not arrive completely' });
  });
});
