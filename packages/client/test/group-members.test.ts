import { expect, test } from '@jest/globals';
import { FanfareServer } from '../src/index.ts';
import { type Answer, startServer, type TestServer } from './test-server.ts';

const clientOf = ({ url }: Pick<TestServer, 'url'>) =>
  new FanfareServer({ url, apiKey: 'fk_key', sleep: async () => {} });
const members = (count: number): Answer => ({ body: { data: { members: count } } });

async function* generated(count: number) {
  for (let i = 0; i < count; i++) yield `member-${i}`;
}

test('the group is created, then its members are streamed as NDJSON', async () => {
  await using server = await startServer({}, members(3));
  expect(await clientOf(server).setGroupMembers('hiking', generated(3))).toBe(3);
  const [group, list] = server.requests;
  expect(group).toMatchObject({ method: 'PUT', path: '/v3/groups/hiking', body: {} });
  expect(list).toMatchObject({ method: 'PUT', path: '/v3/groups/hiking/members' });
  expect(list?.headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' });
  expect(list?.body).toBe('{"uid":"member-0"}\n{"uid":"member-1"}\n{"uid":"member-2"}\n');
});

test('members are read only as fast as the server takes them', async () => {
  let read = 0;
  async function* counted() {
    for await (const uid of generated(100_000)) {
      read++;
      yield uid;
    }
  }
  let readAtFirst = 0;
  const fetch = async (_url: unknown, { body }: RequestInit = {}) => {
    if (!(body instanceof ReadableStream)) return Response.json({ data: {} });
    const chunks = body.getReader();
    await chunks.read();
    readAtFirst = read;
    while (!(await chunks.read()).done);
    return Response.json({ data: { members: read } });
  };
  const client = new FanfareServer({ url: 'http://127.0.0.1:1', apiKey: 'fk_key', fetch });
  expect(await client.setGroupMembers('hiking', counted())).toBe(100_000);
  expect(readAtFirst).toBeLessThan(10_000);
});

test('timers of the process run while a list that is in memory is uploaded', async () => {
  let turns = 0;
  const fetch = async (_url: unknown, { body }: RequestInit = {}) => {
    if (!(body instanceof ReadableStream)) return Response.json({ data: {} });
    const timer = setInterval(() => turns++);
    const chunks = body.getReader();
    while (!(await chunks.read()).done);
    clearInterval(timer);
    return Response.json({ data: { members: 100_000 } });
  };
  const client = new FanfareServer({ url: 'http://127.0.0.1:1', apiKey: 'fk_key', fetch });
  await client.setGroupMembers('hiking', generated(100_000));
  expect(turns).toBeGreaterThan(0);
});

test('after an error a list is uploaded again; an iterable that can be read only once is not', async () => {
  const trouble: Answer = { status: 503, body: { error: { code: 'ERR_UNAVAILABLE', message: 'away' } } };
  await using server = await startServer({}, trouble, members(2));
  expect(await clientOf(server).setGroupMembers('hiking', ['bob', 'carol'])).toBe(2);
  expect(server.requests.map(({ body }) => body).slice(1)).toEqual(Array(2).fill('{"uid":"bob"}\n{"uid":"carol"}\n'));
  await using other = await startServer({}, trouble, members(2));
  const upload = clientOf(other).setGroupMembers('hiking', generated(2));
  await expect(upload).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  expect(other.requests).toHaveLength(2);
});

test('where fetch cannot upload a stream, the members are sent as one text', async () => {
  await using server = await startServer({}, members(2));
  const { Request } = globalThis;
  // As in a browser without streamed uploads: a stream becomes a text, and `duplex` is never read.
  globalThis.Request = class {
    headers = new Headers({ 'content-type': 'text/plain' });
  } as unknown as typeof Request;
  try {
    expect(await clientOf(server).setGroupMembers('hiking', generated(2))).toBe(2);
  } finally {
    globalThis.Request = Request;
  }
  expect(server.requests[1]).toMatchObject({ body: '{"uid":"member-0"}\n{"uid":"member-1"}\n' });
  expect(server.requests[1]?.headers).toMatchObject({ 'content-length': '38' });
});

test('when the source of members fails, the upload fails and does not count as complete', async () => {
  await using server = await startServer({}, members(2));
  async function* failing() {
    yield* generated(2);
    throw new Error('the database is away');
  }
  const error = await clientOf(server)
    .setGroupMembers('hiking', failing())
    .catch((thrown) => thrown);
  expect(error.code).toBe('ERR_NETWORK');
  expect(String(error.cause?.cause ?? error.cause)).toContain('the database is away');
  expect(server.requests).toHaveLength(1);
});

test('one uid is not a list: its letters do not become the members', async () => {
  await using server = await startServer({}, members(3));
  // @ts-expect-error: a string is iterable, but not accepted.
  const upload = clientOf(server).setGroupMembers('hiking', 'bob');
  await expect(upload).rejects.toMatchObject({ code: 'ERR_BAD_REQUEST', message: 'uids: must be a list, not one uid' });
  expect(server.requests).toEqual([]);
});
