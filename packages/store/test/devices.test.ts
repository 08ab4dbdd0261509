import { describe, expect, test } from '@jest/globals';
import {
  createSession,
  type Device,
  deleteUser,
  endSession,
  findSession,
  listDevices,
  listSessions,
  quarantineDevice,
  readDevice,
  readRecipients,
  readUser,
  registerDevice,
  removeDevices,
  sessionExists,
} from '../src/index.ts';
import { everything, interposed, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;
const ANDROID = { token: 'token-1', platform: 'fcm_android' as const, providerId: 'default' };
const VOIP = { token: 'voip-1', platform: 'apns_ios_voip' as const, providerId: 'default' };
const ALERT = { token: 'alert-1', platform: 'apns_ios_device' as const, providerId: 'default' };

const register = (uid: string, registration: Parameters<typeof registerDevice>[3], now = NOW) =>
  registerDevice(redis, 'demo', uid, registration, now);
const FCM = { appId: 'demo', kind: 'fcm', id: 'fcm-1' } as const;
const retire = (uid: string, device: Device) =>
  quarantineDevice(redis, FCM, uid, device, { reason: 'UNREGISTERED', now: NOW });
const tokensOf = async (uid: string) => (await listDevices(redis, 'demo', uid)).map((device) => device.token);

describe('a push token', () => {
  test('is a device of the user, who exists from then on', async () => {
    const device = await register('bob', { ...ANDROID, session: 's1' });
    expect(device).toMatchObject({ token: 'token-1', session: 's1', registeredAt: NOW, createdAt: NOW });
    expect(await readUser(redis, 'demo', 'bob')).toEqual({ uid: 'bob', deactivated: false, createdAt: NOW });
    const { id, platform, providerId, session } = device;
    const devices = [{ id, platform, providerId, session }];
    expect(await readRecipients(redis, 'demo', ['bob'])).toMatchObject([{ uid: 'bob', devices }]);
  });

  test('keeps its device when refreshed, so that planned deliveries go to the new token', async () => {
    const before = await register('bob', { ...ANDROID, session: 's1' });
    const after = await register('bob', { ...ANDROID, token: 'token-2', session: 's1' }, NOW + 5);
    expect(after).toMatchObject({ id: before.id, token: 'token-2', registeredAt: NOW + 5, createdAt: NOW });
    expect(await tokensOf('bob')).toEqual(['token-2']);
  });

  test('coexists with another kind in the same session, and the same kind in another session', async () => {
    await register('bob', { ...ALERT, session: 's1' });
    await register('bob', { ...VOIP, session: 's1' }, NOW + 1);
    await register('bob', { ...ALERT, token: 'alert-2', session: 's2' }, NOW + 2);
    expect(await tokensOf('bob')).toEqual(['alert-1', 'voip-1', 'alert-2']);
  });

  test('moves to the next user who logs in on the same phone', async () => {
    await register('bob', { ...ANDROID, session: 's1' });
    await register('carol', { ...ANDROID, session: 's2' }, NOW + 1);
    expect(await tokensOf('bob')).toEqual([]);
    expect(await tokensOf('carol')).toEqual(['token-1']);
  });

  test('beyond a hundred of a user drops the one idle longest', async () => {
    for (let i = 0; i < 101; i++) {
      await register('bob', { ...ANDROID, token: `token-${i}`, session: `s${i}` }, NOW + i);
    }
    const tokens = await tokensOf('bob');
    expect(tokens).toHaveLength(100);
    expect(tokens[0]).toBe('token-1');
  });

  test('that is dead is set aside, unless it was registered again since', async () => {
    const old = await register('bob', { ...ANDROID, session: 's1' });
    await register('bob', { ...ANDROID, session: 's1' }, NOW + 1);
    expect(await retire('bob', old)).toBe(false);
    const current = await readDevice(redis, 'demo', 'bob', old.id);
    expect(current && (await retire('bob', current))).toBe(true);
    expect(await tokensOf('bob')).toEqual([]);
  });

  test('that is dead leaves nothing behind but what is set aside', async () => {
    const device = await register('bob', { ...ANDROID, session: 's1' });
    expect(await retire('bob', device)).toBe(true);
    expect(Object.keys(await everything(redis))).toEqual([
      'quarantine:{demo:bob}',
      'quarantined:{demo:fcm:fcm-1}',
      'user:{demo:bob}',
    ]);
    expect(await retire('bob', device)).toBe(false);
  });

  test('that was refreshed after the dead one was read stays, and moves with its phone as before', async () => {
    const read = await register('bob', { ...ANDROID, session: 's1' });
    const fresh = { ...ANDROID, token: 'token-2', session: 's1' };
    const retired = await Promise.all([
      register('bob', fresh, NOW + 1).then(() => retire('bob', read)),
      register('bob', fresh, NOW + 2).then(() => retire('bob', read)),
    ]);
    expect(retired).toEqual([false, false]);
    expect(await tokensOf('bob')).toEqual(['token-2']);
    await register('carol', { ...fresh, session: 's2' }, NOW + 3);
    expect(await tokensOf('bob')).toEqual([]);
  });

  test('is removed by a filter, and can be registered again', async () => {
    await register('bob', { ...ANDROID, session: 's1' });
    await register('bob', { ...VOIP, session: 's2' });
    expect(await removeDevices(redis, 'demo', 'bob', (device) => device.session === 's1')).toBe(1);
    expect(await tokensOf('bob')).toEqual(['voip-1']);
    await register('carol', { ...ANDROID, session: 's3' });
    expect(await tokensOf('carol')).toEqual(['token-1']);
  });
});

/** More than any operation here needs. */
const COMMANDS = Array.from({ length: 15 }, (_, at) => at);

/** Redis, with an action before one command, counted from 0. */
const before = (at: number, happens: () => Promise<unknown>) => {
  let command = 0;
  return interposed(redis, async () => {
    if (command++ === at) await happens();
  });
};

const crashing = (at: number) => before(at, () => Promise.reject(new Error('crashed')));

describe('a push token that moves to another user', () => {
  const BOBS = { ...ANDROID, session: 's1' };
  const CAROLS = { ...ANDROID, session: 's2' };
  const holders = async () => [...(await tokensOf('bob')), ...(await tokensOf('carol'))];

  test.each(COMMANDS)('is never with both, whichever command (%d) a crash precedes', async (at) => {
    await register('bob', BOBS);
    await registerDevice(crashing(at), 'demo', 'carol', CAROLS, NOW + 1).catch(() => undefined);
    expect((await holders()).length).toBeLessThanOrEqual(1);
    await register('carol', CAROLS, NOW + 2);
    expect([await tokensOf('bob'), await tokensOf('carol')]).toEqual([[], ['token-1']]);
  });

  describe.each([
    ['no one', undefined],
    ['the one', 'bob'],
    ['the other', 'carol'],
  ])('that %s had before', (_, had) => {
    test.each(COMMANDS)('is with one of them when the other registers before command %d', async (at) => {
      if (had) await register(had, had === 'bob' ? BOBS : CAROLS);
      const interrupted = before(at, () => register('carol', CAROLS, NOW + 2));
      await registerDevice(interrupted, 'demo', 'bob', BOBS, NOW + 1);
      expect(await holders()).toEqual(['token-1']);
      await register('dave', { ...ANDROID, session: 's3' }, NOW + 3);
      expect(await holders()).toEqual([]);
    });

    test('is with one of them when both register at once', async () => {
      if (had) await register(had, had === 'bob' ? BOBS : CAROLS);
      await Promise.all([register('bob', BOBS, NOW + 1), register('carol', CAROLS, NOW + 2)]);
      expect(await holders()).toEqual(['token-1']);
    });
  });

  test.each(COMMANDS)(
    'is not lost track of when it is removed from the previous user before command %d',
    async (at) => {
      await register('bob', BOBS);
      const interrupted = before(at, () => register('carol', CAROLS, NOW + 1));
      await removeDevices(interrupted, 'demo', 'bob', () => true);
      if ((await tokensOf('carol')).length === 0) await register('carol', CAROLS, NOW + 1);
      await register('dave', { ...ANDROID, session: 's3' }, NOW + 2);
      expect(await holders()).toEqual([]);
    },
  );

  test.each(COMMANDS)('is found by the next user when a removal came before command %d', async (at) => {
    await register('bob', BOBS);
    const interrupted = before(at, () => removeDevices(redis, 'demo', 'bob', () => true));
    await registerDevice(interrupted, 'demo', 'bob', BOBS, NOW + 1);
    await register('carol', CAROLS, NOW + 2);
    expect([await tokensOf('bob'), await tokensOf('carol')]).toEqual([[], ['token-1']]);
  });
});

describe('an auth token', () => {
  test('belongs to a session of its user, and is stored nowhere', async () => {
    const { authToken, session } = await createSession(redis, 'demo', 'bob', NOW);
    expect(await findSession(redis, 'demo', authToken)).toMatchObject({ uid: 'bob', session, createdAt: NOW });
    expect(await findSession(redis, 'other', authToken)).toBeUndefined();
    expect(await findSession(redis, 'demo', `${authToken}x`)).toBeUndefined();
    expect((await listSessions(redis, 'demo', 'bob')).map((each) => each.prefix)).toEqual([authToken.slice(0, 8)]);
    expect(
      Object.entries(await everything(redis))
        .flat()
        .filter((text) => text.includes(authToken)),
    ).toEqual([]);
  });

  test('ends its session and drops its push tokens only, when revoked by itself or by its id', async () => {
    const [first, second] = [
      await createSession(redis, 'demo', 'bob', NOW),
      await createSession(redis, 'demo', 'bob', NOW),
    ];
    await register('bob', { ...ANDROID, session: first.session });
    await register('bob', { ...VOIP, session: second.session });
    expect(await endSession(redis, 'demo', 'bob', first.authToken)).toBe(true);
    expect(await findSession(redis, 'demo', first.authToken)).toBeUndefined();
    expect(await tokensOf('bob')).toEqual(['voip-1']);
    expect(await endSession(redis, 'demo', 'bob', second.session)).toBe(true);
    expect(await tokensOf('bob')).toEqual([]);
    expect(await endSession(redis, 'demo', 'bob', first.authToken)).toBe(false);
  });

  test('of another user cannot be revoked by naming it', async () => {
    const { authToken } = await createSession(redis, 'demo', 'bob', NOW);
    expect(await endSession(redis, 'demo', 'carol', authToken)).toBe(false);
    expect(await findSession(redis, 'demo', authToken)).toBeDefined();
    expect(await listSessions(redis, 'demo', 'bob')).toHaveLength(1);
  });

  test('identifies its session until it is revoked', async () => {
    const { session } = await createSession(redis, 'demo', 'bob', NOW);
    expect(await sessionExists(redis, 'demo', session)).toBe(true);
    expect(await sessionExists(redis, 'other', session)).toBe(false);
    await endSession(redis, 'demo', 'bob', session);
    expect(await sessionExists(redis, 'demo', session)).toBe(false);
  });

  test.each(COMMANDS)('that was half revoked, up to command %d, can be revoked, and grants no access', async (at) => {
    const { authToken, session } = await createSession(redis, 'demo', 'bob', NOW);
    await register('bob', { ...ANDROID, session });
    const half = await endSession(crashing(at), 'demo', 'bob', authToken).catch(() => false);
    const isListed = (await listSessions(redis, 'demo', 'bob')).length > 0;
    const works = await sessionExists(redis, 'demo', session);
    if (works) expect(isListed).toBe(true);
    expect(await endSession(redis, 'demo', 'bob', authToken)).toBe(!half);
    expect(await findSession(redis, 'demo', authToken)).toBeUndefined();
    expect(await tokensOf('bob')).toEqual([]);
    expect(await listSessions(redis, 'demo', 'bob')).toEqual([]);
  });

  test('stops working first, both when it is revoked and when its user is erased', async () => {
    const { authToken } = await createSession(redis, 'demo', 'bob', NOW);
    await redis.set('user:{demo:bob}', 'in the way');
    await expect(endSession(redis, 'demo', 'bob', authToken)).rejects.toThrow('WRONGTYPE');
    expect(await findSession(redis, 'demo', authToken)).toBeUndefined();
    const other = await createSession(redis, 'demo', 'carol', NOW);
    await redis.set('user:{demo:carol}', 'in the way');
    await expect(deleteUser(redis, 'demo', 'carol')).rejects.toThrow('WRONGTYPE');
    expect(await findSession(redis, 'demo', other.authToken)).toBeUndefined();
  });

  test('is not the stand-in of a phone without a session', async () => {
    const { session } = await register('bob', ANDROID);
    expect(await endSession(redis, 'demo', 'bob', session)).toBe(false);
    expect(await tokensOf('bob')).toEqual(['token-1']);
  });
});

test('of an erased user leaves no device and no session', async () => {
  const { authToken, session } = await createSession(redis, 'demo', 'bob', NOW);
  await register('bob', { ...ANDROID, session });
  await deleteUser(redis, 'demo', 'bob');
  expect(await tokensOf('bob')).toEqual([]);
  expect(await findSession(redis, 'demo', authToken)).toBeUndefined();
  expect(
    Object.entries(await everything(redis))
      .flat()
      .filter((text) => text.includes('token-1') || text.includes(session)),
  ).toEqual([]);
});
