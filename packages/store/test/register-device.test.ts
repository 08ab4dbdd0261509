import { describe, expect, test } from '@jest/globals';
import { listDevices, registerDevice, removeDevices } from '../src/index.ts';
import { indexedTokens, interposed, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;
const PHONE = { token: 'token-1', platform: 'fcm_android' as const, providerId: 'default', session: 's1' };

/** More than any operation here needs. */
const COMMANDS = Array.from({ length: 10 }, (_, at) => at);

/** A process that is killed before its command `at`, counted from 0, and how many commands it has sent. */
function dying(at: number) {
  const sent = { commands: 0 };
  const client = interposed(redis, async () => {
    if (sent.commands >= at) throw new Error('killed');
    sent.commands++;
  });
  return { client, sent };
}

const tokensOf = async (uid: string) => (await listDevices(redis, 'demo', uid)).map(({ token }) => token);

describe('a registration', () => {
  test('that refreshes a token takes a script on the user and one on the token', async () => {
    await registerDevice(redis, 'demo', 'bob', PHONE, NOW);
    const { client, sent } = dying(COMMANDS.length);
    await registerDevice(client, 'demo', 'bob', PHONE, NOW + 1);
    expect(sent.commands).toBe(2);
  });

  test.each(COMMANDS)('cut off before command %d is made good by the next one', async (at) => {
    await registerDevice(dying(at).client, 'demo', 'bob', PHONE, NOW).catch(() => undefined);
    await registerDevice(redis, 'demo', 'bob', PHONE, NOW + 1);
    expect([await tokensOf('bob'), await indexedTokens(redis)]).toEqual([['token-1'], 1]);
  });

  test.each(COMMANDS)('of a new token cut off before command %d leaves no trace of the old one', async (at) => {
    await registerDevice(redis, 'demo', 'bob', PHONE, NOW);
    const renewed = { ...PHONE, token: 'token-2' };
    await registerDevice(dying(at).client, 'demo', 'bob', renewed, NOW + 1).catch(() => undefined);
    await registerDevice(redis, 'demo', 'bob', renewed, NOW + 2);
    expect([await tokensOf('bob'), await indexedTokens(redis)]).toEqual([['token-2'], 1]);
  });

  test.each(COMMANDS)('that takes a token over is never with both when cut off before command %d', async (at) => {
    await registerDevice(redis, 'demo', 'bob', PHONE, NOW);
    const carols = { ...PHONE, session: 's2' };
    await registerDevice(dying(at).client, 'demo', 'carol', carols, NOW + 1).catch(() => undefined);
    expect([...(await tokensOf('bob')), ...(await tokensOf('carol'))].length).toBeLessThanOrEqual(1);
    // A third user finds the token wherever the crash has left it.
    await registerDevice(redis, 'demo', 'dave', { ...PHONE, session: 's3' }, NOW + 2);
    expect([await tokensOf('bob'), await tokensOf('carol'), await tokensOf('dave')]).toEqual([[], [], ['token-1']]);
    expect(await indexedTokens(redis)).toBe(1);
  });

  test('of one token by twenty users at once is with one of them', async () => {
    const uids = Array.from({ length: 20 }, (_, n) => `user-${n}`);
    await Promise.all(uids.map((uid, n) => registerDevice(redis, 'demo', uid, { ...PHONE, session: uid }, NOW + n)));
    const tokens = await Promise.all(uids.map(tokensOf));
    expect(tokens.flat()).toEqual(['token-1']);
    expect(await indexedTokens(redis)).toBe(1);
  });
});

test.each(COMMANDS)('a logout cut off before command %d is made good by the next one', async (at) => {
  await registerDevice(redis, 'demo', 'bob', PHONE, NOW);
  await removeDevices(dying(at).client, 'demo', 'bob', () => true).catch(() => undefined);
  await removeDevices(redis, 'demo', 'bob', () => true);
  expect([await tokensOf('bob'), await indexedTokens(redis)]).toEqual([[], 0]);
});
