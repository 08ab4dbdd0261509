import { verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ProviderTokens } from '../../src/apns/jwt.ts';
import { UNSHARED } from '../../src/wire/unshared-tokens.ts';
import { apnsAt, startApns } from '../support/apns.ts';
import { APNS_PUBLIC_KEY, aDevicePush, anApnsCredential, NOW } from '../support/device-push.ts';
import { reply } from '../support/h2-server.ts';

const MINUTE = 60_000;
const credential = anApnsCredential();

/** Tokens whose time the test moves, in minutes from now. */
function tokensAt(random = 0.5) {
  const clock = { minute: 0 };
  const now = () => NOW + clock.minute * MINUTE;
  const tokens = new ProviderTokens({ store: UNSHARED, now, random: () => random });
  const current = async (of = credential) => {
    const access = await tokens.current(of);
    if (!access.ok) throw new Error('there is no token');
    return access.token;
  };
  return { clock, tokens, current };
}

test('a token is an ES256 JWT of key and team', async () => {
  const [header = '', claims = '', signature = ''] = (await tokensAt().current()).value.split('.');
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  expect(decode(header)).toEqual({ alg: 'ES256', kid: 'ABC123DEFG' });
  expect(decode(claims)).toEqual({ iss: 'DEF123GHIJ', iat: NOW / 1000 });
  const key = { key: APNS_PUBLIC_KEY, dsaEncoding: 'ieee-p1363' } as const;
  expect(verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
});

describe('a token', () => {
  test.each([
    [0, 40],
    [0.5, 45],
    [1, 50],
  ])('with chance %d is used for %i minutes', async (random, minutes) => {
    const { clock, current } = tokensAt(random);
    const first = await current();
    clock.minute = minutes - 1;
    expect(await current()).toBe(first);
    clock.minute = minutes;
    expect(await current()).not.toBe(first);
  });

  test('called expired is renewed once, however many reports come', async () => {
    const { clock, tokens, current } = tokensAt();
    const first = await current();
    clock.minute = 25;
    expect(await Promise.all([tokens.renew(credential, first), tokens.renew(credential, first)])).toEqual([true, true]);
    const second = await current();
    expect(second).not.toBe(first);
    expect(await tokens.renew(credential, first)).toBe(true);
    expect(await current()).toBe(second);
  });

  test('called expired within 20 minutes is kept', async () => {
    const { clock, tokens, current } = tokensAt();
    const first = await current();
    clock.minute = 19;
    expect(await tokens.renew(credential, first)).toBe(false);
    expect(await current()).toBe(first);
  });

  test.each([
    [30, 50],
    [40, 55],
    [54, 55],
  ])('of %i minutes is kept to %i when APNs has seen too many: 20 more, but not past its expiry', async (at, until) => {
    const { clock, tokens, current } = tokensAt();
    const first = await current();
    clock.minute = at;
    tokens.hold(credential, first);
    clock.minute = until - 1;
    expect((await current()).value).toBe(first.value);
    expect(await tokens.renew(credential, await current())).toBe(false);
    clock.minute = until;
    expect((await current()).value).not.toBe(first.value);
  });

  test('that is called expired and has expired is renewed, though APNs has seen too many', async () => {
    const { clock, tokens, current } = tokensAt();
    const first = await current();
    clock.minute = 54;
    tokens.hold(credential, first);
    clock.minute = 56;
    expect(await tokens.renew(credential, first)).toBe(true);
    expect((await current()).value).not.toBe(first.value);
  });

  test('belongs to one key', async () => {
    const { current } = tokensAt();
    const others = [{ keyId: 'ZZZ123DEFG' }, { teamId: 'ZZZ123DEFG' }].map((change) => anApnsCredential(change));
    const values = (await Promise.all([credential, ...others].map(current))).map(({ value }) => value);
    expect(new Set(values).size).toBe(3);
  });
});

test('under load for two hours at most one token in 20 minutes is signed, though APNs refuses some', async () => {
  let now = NOW;
  await using server = await startApns((response) =>
    server.received.length % 7 === 0 ? reply(response, 403, { reason: 'ExpiredProviderToken' }) : reply(response, 200),
  );
  await using apns = apnsAt(server, { now: () => now });
  const signedAt = new Map<string, number>();
  for (let minute = 0; minute < 120; minute += 1) {
    await Promise.all(Array.from({ length: 10 }, () => apns.send(aDevicePush('apns_ios_device'), credential)));
    for (const { headers } of server.received.splice(0, server.received.length)) {
      const token = String(headers.authorization);
      if (!signedAt.has(token)) signedAt.set(token, minute);
    }
    now += MINUTE;
  }
  const minutes = [...signedAt.values()];
  const gaps = minutes.slice(1).map((minute, index) => minute - (minutes[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(20);
  expect(minutes.length).toBeGreaterThan(2);
});
