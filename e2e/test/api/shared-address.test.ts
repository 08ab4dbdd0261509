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

test('who guesses keys from an address locks out nobody else who calls from there', async () => {
  expect(await guesses('/v3/dead-letters', { apikey: 'fk_guess' })).toEqual([401, 401, 401, 429]);
  expect((await system.backend.get('/v3/dead-letters')).status).toBe(200);
  expect((await phone.get('/v3/me')).status).toBe(200);
  expect((await system.admin.get('/v3/apps')).status).toBe(200);
  const refused = await new Api(system.url, { appid: 'app123', authtoken: 'at_guess' }).get('/v3/me');
  expect([refused.status, refused.body.error.code]).toEqual([429, 'ERR_TOO_MANY_REQUESTS']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('the admin key, which may be guessed, is not checked any more after too many guesses', async () => {
  expect(await guesses('/v3/apps', { adminkey: 'a guess' })).toEqual([401, 401, 401, 429]);
  expect((await system.admin.get('/v3/apps')).status).toBe(429);
  expect((await system.backend.get('/v3/dead-letters')).status).toBe(200);
});
