import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer } from '../support/api.ts';
import { logIn, tokensOf } from '../support/devices.ts';
import { type System, startSystem } from '../support/system.ts';

const TOKENS = '/v3/notifications/push/v1/tokens';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
});
afterAll(() => system[Symbol.asyncDispose]());

const outcome = ({ status, body }: Answer) => `${status} ${body.error?.code ?? ''}`.trim();
const BAD = '400 ERR_BAD_REQUEST';
const NO_ACCESS = '403 AUTH_ERR_NO_ACCESS';

describe('a person who is named more than once', () => {
  const remove = (body: object, query = '', headers = {}) =>
    system.backend.call('DELETE', `${TOKENS}?all=true${query}`, body, headers);

  test('is meant when all names agree', async () => {
    expect(outcome(await remove({ uid: 'bob' }, '&uid=bob', { onbehalfof: 'bob' }))).toBe('200');
  });

  test.each<[string, object, string, Record<string, string>]>([
    ['body and query', { uid: 'bob' }, '&uid=carol', {}],
    ['body and header', { uid: 'bob' }, '', { onbehalfof: 'carol' }],
    ['query and header', {}, '&uid=bob', { onbehalfof: 'carol' }],
  ])('is refused when %s differ', async (_, body, query, headers) => {
    const answer = await remove(body, query, headers);
    expect(outcome(answer)).toBe(BAD);
    expect(answer.body.error.message).toMatch(/^uid: /);
  });

  test('and is not who calls with an auth token is refused, wherever the name stands', async () => {
    const phone = system.asUser(await logIn(system, 'bob'));
    const at = (body: object | undefined, query = '', headers = {}) =>
      phone.call('DELETE', `${TOKENS}${query}`, body, headers);
    expect(outcome(await at({ uid: 'bob' }, '?uid=bob', { onbehalfof: 'bob' }))).toBe('200');
    expect(outcome(await at({ uid: 'carol' }, '?uid=bob'))).toBe(NO_ACCESS);
    expect(outcome(await at({ uid: 'bob' }, '?uid=carol'))).toBe(NO_ACCESS);
    expect(outcome(await at(undefined, '?uid=bob', { onbehalfof: 'carol' }))).toBe(NO_ACCESS);
  });
});

describe('a push token is removed', () => {
  const withToken = async (uid: string) => {
    const authToken = await logIn(system, uid);
    await system.asUser(authToken).post(TOKENS, { platform: 'fcm_android', fcmToken: `${uid}_phone` });
    return authToken;
  };

  test('by a backend that names the person and the login in the body', async () => {
    const authToken = await withToken('dave');
    const answer = await system.backend.delete(`${TOKENS}/dave_phone`, { uid: 'dave', authToken });
    expect(outcome(answer)).toBe('200');
    expect(await tokensOf(system, 'dave')).toEqual([]);
  });

  test('not with a login that it is not of, nor with another person’s', async () => {
    await withToken('erin');
    const [second, carols] = [await logIn(system, 'erin'), await logIn(system, 'carol')];
    const path = `${TOKENS}/erin_phone`;
    expect(outcome(await system.backend.delete(path, { uid: 'erin', authToken: second }))).toBe(
      '404 ERR_TOKEN_NOT_FOUND',
    );
    expect(outcome(await system.backend.delete(path, { uid: 'erin', authToken: carols }))).toBe(BAD);
    expect(await tokensOf(system, 'erin')).toEqual(['erin_phone']);
  });

  test('by a device with its own auth token in the body, not with another', async () => {
    const [authToken, other] = [await withToken('frank'), await logIn(system, 'carol')];
    const phone = system.asUser(authToken);
    expect(outcome(await phone.delete(`${TOKENS}/frank_phone`, { authToken: other }))).toBe(NO_ACCESS);
    expect(await tokensOf(system, 'frank')).toEqual(['frank_phone']);
    expect(outcome(await phone.delete(`${TOKENS}/frank_phone`, { authToken }))).toBe('200');
    expect(await tokensOf(system, 'frank')).toEqual([]);
  });

  test('or listed with what is empty in the query as if it were not there', async () => {
    const phone = system.asUser(await withToken('gina'));
    const { status, body } = await phone.get(`${TOKENS}?all=&authToken=`);
    expect([status, body.data?.pushTokens.length]).toEqual([200, 1]);
    expect(outcome(await phone.delete(`${TOKENS}?all=&authToken=`))).toBe('200');
    expect(await tokensOf(system, 'gina')).toEqual([]);
  });
});

test('a person keeps every phone that a backend registers without naming a login', async () => {
  const put = (registration: object) => system.backend.post(TOKENS, { uid: 'hans', ...registration });
  for (const fcmToken of ['hans_1', 'hans_2', 'hans_1']) await put({ platform: 'fcm_android', fcmToken });
  await put({ platform: 'apns_ios_device', deviceToken: 'hans_3' });
  await put({ platform: 'apns_ios_device', deviceToken: 'hans_4' });
  expect(await tokensOf(system, 'hans')).toEqual(['hans_1', 'hans_2', 'hans_3', 'hans_4']);
});
