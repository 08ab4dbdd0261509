import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { logIn } from '../support/devices.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
let phone: Api;
beforeAll(async () => {
  system = await startSystem({ apps: [], env: { AUTH_FAILURES_PER_MINUTE: '3' } });
  phone = system.asUser(await logIn(system));
});
afterAll(() => system[Symbol.asyncDispose]());

/** The answers to four calls with a credential that is not right. */
async function guesses(path: string, headers: Record<string, string>) {
  const stranger = new Api(system.url, headers);
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push((await stranger.get(path)).status);
  return statuses;
}

test('a caller who guesses keys from an address locks out no other caller there', async () => {
  expect(await guesses('/v3/dead-letters', { apikey: 'fk_guess' })).toEqual([401, 401, 401, 429]);
  expect((await system.backend.get('/v3/dead-letters')).status).toBe(200);
  expect((await phone.get('/v3/me')).status).toBe(200);
  expect((await system.admin.get('/v3/apps')).status).toBe(200);
  const refused = await new Api(system.url, { appid: 'app123', authtoken: 'at_guess' }).get('/v3/me');
  expect([refused.status, refused.body.error.code]).toEqual([429, 'ERR_TOO_MANY_REQUESTS']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('the right admin key is let in after too many wrong ones from its address', async () => {
  expect(await guesses('/v3/apps', { adminkey: 'a guess' })).toContain(429);
  expect((await system.admin.get('/v3/apps')).status).toBe(200);
});

test('each address behind a trusted proxy has a count of its own, whatever the client writes in front', async () => {
  await using behindProxy = await startSystem({
    apps: [],
    env: { AUTH_FAILURES_PER_MINUTE: '3', TRUST_PROXY: 'true' },
  });
  const from = async (address: string) => {
    const headers = { apikey: 'fk_guess', 'x-forwarded-for': `${randomUUID()}, ${address}` };
    return (await new Api(behindProxy.url, headers).get('/v3/dead-letters')).status;
  };
  const four = async (addresses: string[]) => {
    const statuses: number[] = [];
    for (const address of addresses) statuses.push(await from(address));
    return statuses;
  };
  expect(await four(Array(4).fill('192.0.2.1'))).toEqual([401, 401, 401, 429]);
  expect(await four(['1', '2', '3', '4'].map((host) => `2001:db8::${host}`))).toEqual([401, 401, 401, 429]);
  expect(await from('192.0.2.2')).toBe(401);
});
