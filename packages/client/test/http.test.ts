import { expect, test } from '@jest/globals';
import { FanfareClientError, FanfareNotifications, FanfareServer } from '../src/index.ts';
import { startServer } from './test-server.ts';

const failure = async (work: Promise<unknown>): Promise<FanfareClientError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FanfareClientError) return error;
  throw new Error(`expected a FanfareClientError, got ${String(error)}`);
};

const fetchTimezone = (url: string, options: { authToken?: string; timeoutMs?: number } = {}) =>
  new FanfareNotifications({ url, appId: 'app123', authToken: 't', ...options }).getTimezone();

test('a server error keeps its code, message, status, details and Retry-After', async () => {
  const error = { code: 'ERR_TOO_MANY_REQUESTS', message: 'too many', details: { a: 1 } };
  await using server = await startServer({ status: 429, headers: { 'retry-after': '7' }, body: { error } });
  expect(await failure(fetchTimezone(server.url))).toMatchObject({ ...error, status: 429, retryAfterS: 7 });
});

test.each([
  ['a page of HTML', { status: 502, body: '<h1>Bad gateway</h1>' }, 502],
  ['JSON without an envelope', { status: 200, body: '[]' }, 200],
  ['an error without a code', { status: 404, body: { error: 'Not Found' } }, 404],
])('%s is not an answer from Fanfare', async (_name, answer, status) => {
  await using server = await startServer(answer);
  expect(await failure(fetchTimezone(server.url))).toMatchObject({ code: 'ERR_UNEXPECTED_ANSWER', status });
});

test('a broken connection and a silent server have separate codes', async () => {
  await using broken = await startServer('hang up');
  expect(await failure(fetchTimezone(broken.url))).toMatchObject({ code: 'ERR_NETWORK', status: undefined });
  await using silent = await startServer('hang');
  expect(await failure(fetchTimezone(silent.url, { timeoutMs: 50 }))).toMatchObject({ code: 'ERR_TIMEOUT' });
});

test('a redirect is not followed, because it would forward credentials', async () => {
  await using other = await startServer();
  await using server = await startServer({ status: 307, headers: { location: other.url } });
  await failure(fetchTimezone(server.url));
  expect(server.requests).toHaveLength(1);
  expect(other.requests).toEqual([]);
});

test('a credential that cannot be a header is refused without being shown', async () => {
  const secret = 'line one\nline two';
  const error = await failure(fetchTimezone('http://127.0.0.1:1', { authToken: secret }));
  expect(error.code).toBe('ERR_BAD_CREDENTIAL');
  expect(`${error.message} ${String(error.cause)}`).not.toContain('line');
  expect(() => new FanfareServer({ url: 'http://127.0.0.1:1', apiKey: '' })).toThrow('apiKey');
});

test('a custom fetch is used', async () => {
  const asked: string[] = [];
  const fetch = async (url: unknown) => {
    asked.push(String(url));
    return Response.json({ data: { timezone: 'UTC' } });
  };
  const options = { url: 'https://push.example.com/base//', appId: 'app123', authToken: 't', fetch };
  expect(await new FanfareNotifications(options).getTimezone()).toBe('UTC');
  expect(asked).toEqual(['https://push.example.com/base/v3/notifications/v1/preferences/timezone']);
});
