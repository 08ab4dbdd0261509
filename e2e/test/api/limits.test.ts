import * as ingest from '@fanfare/ingest/app';
import { expect, test } from '@jest/globals';
import { type Answer, Api } from '../support/api.ts';
import { logIn } from '../support/devices.ts';
import { startSystem } from '../support/system.ts';

const limitHeaders = ({ headers }: Answer) => ({
  limit: headers.get('x-ratelimit-limit'),
  remaining: headers.get('x-ratelimit-remaining'),
});

/** Starts with a limit of so many requests a minute. */
async function startLimited(limit: number) {
  const system = await startSystem({ apps: [], env: { REQUESTS_PER_MINUTE_PER_KEY: String(limit) } });
  /** A key of the app that has called nothing yet. */
  const freshKey = async () => {
    const { body } = await system.admin.post('/v3/apps/app123/apikeys', {});
    return body.data.apiKey as string;
  };
  return { system, freshKey };
}

test('a key may make so many requests a minute, and is told how long to wait', async () => {
  const { system, freshKey } = await startLimited(3);
  await using _system = system;
  const apikey = await freshKey();
  const key = new Api(system.url, { apikey });
  const answers: Answer[] = [];
  for (let i = 0; i < 4; i++) answers.push(await key.get('/v3/dead-letters'));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(answers.map(limitHeaders)).toEqual(['2', '1', '0', '0'].map((remaining) => ({ limit: '3', remaining })));
  const { body, headers } = answers[3] as Answer;
  expect(body.error).toEqual({ code: 'ERR_TOO_MANY_REQUESTS', message: expect.any(String) });
  const retryAfterS = Number(headers.get('retry-after'));
  expect(retryAfterS).toBeGreaterThan(0);
  expect(retryAfterS).toBeLessThanOrEqual(60);
  const resetInS = Number(headers.get('x-ratelimit-reset')) - Date.now() / 1000;
  expect(resetInS).toBeGreaterThan(0);
  expect(resetInS).toBeLessThanOrEqual(61);

  expect((await new Api(system.url, { apikey: await freshKey() }).get('/v3/dead-letters')).status).toBe(200);
  const names = await system.redis.redis.keys('ratelimit:*');
  expect(names.length).toBeGreaterThan(0);
  expect(names.join()).not.toContain(apikey);
  for (const name of names) expect(await system.redis.redis.pttl(name)).toBeGreaterThan(0);
});

test('a key that waited is let in again', async () => {
  const { system, freshKey } = await startLimited(1);
  await using _system = system;
  const key = new Api(system.url, { apikey: await freshKey() });
  await key.get('/v3/dead-letters');
  expect((await key.get('/v3/dead-letters')).status).toBe(429);
  // The minute passes: what Redis then does by itself.
  for (const name of await system.redis.redis.keys('ratelimit:*')) await system.redis.redis.del(name);
  expect((await key.get('/v3/dead-letters')).status).toBe(200);
});

test('each login has its own count, and the operator none', async () => {
  const { system } = await startLimited(3);
  await using _system = system;
  const [one, two] = [system.asUser(await logIn(system)), system.asUser(await logIn(system))];
  const statuses = async (api: Api, path: string) => {
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) seen.push((await api.get(path)).status);
    return seen;
  };
  expect(await statuses(one, '/v3/me')).toEqual([200, 200, 200, 429]);
  expect(await statuses(two, '/v3/me')).toEqual([200, 200, 200, 429]);
  expect(await statuses(system.admin, '/v3/apps')).toEqual([200, 200, 200, 200]);
});

test('all ingests count together', async () => {
  const { system, freshKey } = await startLimited(2);
  await using _system = system;
  await using other = await another(system.env);
  const apikey = await freshKey();
  const call = (url: string) => new Api(url, { apikey }).get('/v3/dead-letters');
  expect([(await call(system.url)).status, (await call(other.url)).status]).toEqual([200, 200]);
  expect([(await call(system.url)).status, (await call(other.url)).status]).toEqual([429, 429]);
});

test('what cannot be counted is not let through', async () => {
  const { system, freshKey } = await startLimited(100);
  await using _system = system;
  const key = new Api(system.url, { apikey: await freshKey() });
  expect((await key.get('/v3/dead-letters')).status).toBe(200);
  await system.redis.redis.config('SET', 'maxmemory', '1');
  const { status, body } = await key.get('/v3/dead-letters');
  expect([status, body.error.code]).toEqual([503, 'ERR_OVERLOADED']);
});

test('no limit is the default', async () => {
  await using system = await startSystem({ apps: [] });
  const answer = await system.backend.get('/v3/dead-letters');
  expect(limitHeaders(answer)).toEqual({ limit: null, remaining: null });
  expect(await system.redis.redis.keys('ratelimit:*')).toEqual([]);
});

/** One more ingest on the same Redis. */
async function another(env: Record<string, string>) {
  const { url, close } = await ingest.start(ingest.readConfig(env));
  return { url, [Symbol.asyncDispose]: close };
}
