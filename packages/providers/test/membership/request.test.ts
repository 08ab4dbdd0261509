import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { answering, askAt, FIRST, startSource } from '../support/membership.ts';

const SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const NO_MEMBERS = { members: [] };

/** The query as it arrived. */
const queryOf = (path = '') => path.slice(path.indexOf('?') + 1);

test('a page is one GET that names the group, and from the second page on the cursor', async () => {
  await using endpoint = await answering({ members: ['bob', 'carol'], cursor: 'a b/ü&guid=x\t,:' });
  await using source = startSource();
  const first = await source.page({ url: endpoint.url }, FIRST);
  expect(first).toEqual({ kind: 'page', members: ['bob', 'carol'], cursor: 'a b/ü&guid=x\t,:' });
  await source.page({ url: endpoint.url }, { ...FIRST, cursor: 'a b/ü&guid=x\t,:' });

  expect(endpoint.received.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
    { method: 'GET', path: '/hook?guid=hiking', body: '' },
    { method: 'GET', path: '/hook?guid=hiking&cursor=a+b%2F%C3%BC%26guid%3Dx%09%2C%3A', body: '' },
  ]);
  expect(Object.fromEntries(new URLSearchParams(queryOf(endpoint.received[1]?.path)))).toEqual({
    guid: 'hiking',
    cursor: 'a b/ü&guid=x\t,:',
  });
});

test('the query of the configured URL is kept, but not its own guid or cursor', async () => {
  await using endpoint = await answering(NO_MEMBERS);
  await askAt({ url: `${endpoint.url}?tenant=7&guid=other&cursor=other#here` });
  expect(endpoint.received[0]?.path).toBe('/hook?tenant=7&guid=hiking');
});

test('the request identifies itself, and reveals no more than it must', async () => {
  await using endpoint = await answering(NO_MEMBERS);
  await askAt({ url: endpoint.url });
  expect(endpoint.received[0]?.headers).toEqual({
    host: `127.0.0.1:${endpoint.port}`,
    connection: 'keep-alive',
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'Fanfare/1.0',
  });
});

test('the reference implementation verifies the signature over the query as it arrived', async () => {
  await using endpoint = await answering(NO_MEMBERS);
  const question = { guid: 'hiking', cursor: 'page 2&ü' };
  await askAt({ url: `${endpoint.url}?tenant=7`, secret: SECRET }, {}, question);

  const [request] = endpoint.received;
  const headers = request?.headers as Record<string, string>;
  const verify = (secret: string, query: string) => new Webhook(secret).verify(query, headers, { jsonParse: false });
  const query = queryOf(request?.path);
  expect(query).toBe('tenant=7&guid=hiking&cursor=page+2%26%C3%BC');
  expect(() => verify(SECRET, query)).not.toThrow();
  expect(() => verify(SECRET, query.replace('hiking', 'sailing'))).toThrow(/No matching signature/);
  expect(() => verify(OTHER_SECRET, query)).toThrow(/No matching signature/);
});

test('every request has its own id and the time it is sent', async () => {
  await using endpoint = await answering(NO_MEMBERS);
  let now = 1_741_847_453_999;
  await using source = startSource({ now: () => now });
  await source.page({ url: endpoint.url, secret: SECRET }, FIRST);
  now += 5000;
  await source.page({ url: endpoint.url, secret: SECRET }, FIRST);

  const [first, second] = endpoint.received.map(({ headers }) => headers);
  expect(first?.['webhook-timestamp']).toBe('1741847453');
  expect(second?.['webhook-timestamp']).toBe('1741847458');
  expect(first?.['webhook-id']).toMatch(/^msg_[0-9a-f-]{36}$/);
  expect(second?.['webhook-id']).not.toBe(first?.['webhook-id']);
});
