import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hashToken } from '../src/device-record.ts';
import { deleteUser, listDevices, readDeliveryTarget, registerDevice, removeDevices } from '../src/index.ts';
import { indexedTokens, interposed, privateRedis, withoutTombstones } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;
const LOWER = 'a1b2c3d4e5f60718';
const UPPER = LOWER.toUpperCase();
const ALERT = { platform: 'apns_ios_device' as const, providerId: 'default' };
/** More than any operation here needs. */
const COMMANDS = Array.from({ length: 14 }, (_, at) => at);

const register = (uid: string, token: string, { session, now = NOW }: { session?: string; now?: number } = {}) =>
  registerDevice(redis, 'demo', uid, { ...ALERT, token, session }, now);
const tokensOf = async (uid: string) => (await listDevices(redis, 'demo', uid)).map(({ token }) => token);
/** The token that a delivery planned for this device would be sent to. */
const targetOf = async (uid: string, id: string) => (await readDeliveryTarget(redis, 'demo', uid, id))?.device?.token;

/** A device as stored before tokens had a canonical form. */
async function stored(uid: string, token: string, { id = 'old-device', session = 's0', at = NOW - 1000 } = {}) {
  const device = { token, ...ALERT, session, registeredAt: at, createdAt: at };
  await redis.hset(`user:{demo:${uid}}`, { createdAt: at, [`d:${id}`]: JSON.stringify(device) });
  await redis.set(`pushtoken:{demo:${hashToken(token)}}`, `${uid} ${id}`);
}

const indexed = () => indexedTokens(redis);

const anySpelling = fc
  .tuple(fc.uint8Array({ minLength: 8, maxLength: 40 }), fc.infiniteStream(fc.boolean()), fc.boolean())
  .map(([bytes, upper, brackets]) => {
    const lower = Buffer.from(bytes).toString('hex');
    const spelled = [...lower].map((c) => (upper.next().value ? c.toUpperCase() : c)).join('');
    return { lower, spelled: brackets ? `<${spelled.replace(/.{8}(?=.)/g, '$& ')}>` : spelled };
  });

describe('an APNs token', () => {
  test('that another user registers in any other spelling is theirs alone', async () => {
    await fc.assert(
      fc.asyncProperty(anySpelling, fc.boolean(), async ({ lower, spelled }, first) => {
        await redis.flushall();
        await register('bob', first ? spelled : lower, { session: 's1' });
        await register('carol', first ? lower : spelled, { session: 's2', now: NOW + 1 });
        expect([await tokensOf('bob'), await tokensOf('carol')]).toEqual([[], [lower]]);
        expect(await indexed()).toBe(1);
      }),
      { numRuns: 50 },
    );
  });

  test('without a session is one device, however it is spelled', async () => {
    const first = await register('bob', UPPER);
    const again = await register('bob', `<${LOWER.slice(0, 8)} ${LOWER.slice(8)}>`, { now: NOW + 1 });
    expect(again.id).toBe(first.id);
    expect(await tokensOf('bob')).toEqual([LOWER]);
  });
});

test('an FCM token in another case is another token', async () => {
  const fcm = { platform: 'fcm_ios' as const, providerId: 'default' };
  await registerDevice(redis, 'demo', 'bob', { ...fcm, token: UPPER }, NOW);
  await registerDevice(redis, 'demo', 'carol', { ...fcm, token: LOWER }, NOW);
  expect([await tokensOf('bob'), await tokensOf('carol')]).toEqual([[UPPER], [LOWER]]);
});

describe('a device stored in upper case before', () => {
  test('keeps its id, so that planned deliveries go to the token', async () => {
    await stored('bob', UPPER);
    expect(await targetOf('bob', 'old-device')).toBe(LOWER);
    expect(await listDevices(redis, 'demo', 'bob')).toMatchObject([{ id: 'old-device', registeredAt: NOW - 1000 }]);
    expect(await indexed()).toBe(1);
  });

  test('keeps its id when its user registers the token again without a session', async () => {
    await stored('bob', UPPER, { session: 'app:default' });
    for (const token of [LOWER, UPPER]) expect((await register('bob', token)).id).toBe('old-device');
    expect(await listDevices(redis, 'demo', 'bob')).toMatchObject([{ id: 'old-device', token: LOWER }]);
  });

  test('is removed when the phone changes hands, and stays removed when its new owner logs out', async () => {
    await stored('bob', UPPER);
    await register('carol', LOWER, { session: 's2' });
    expect(Object.keys(await redis.hgetall('user:{demo:bob}'))).toEqual(['createdAt']);
    await removeDevices(redis, 'demo', 'carol', () => true);
    expect(await targetOf('bob', 'old-device')).toBeUndefined();
    expect(await indexed()).toBe(0);
  });

  test('is not sent to if the phone has changed hands already', async () => {
    await stored('bob', UPPER);
    await stored('carol', LOWER, { id: 'new-device', at: NOW - 500 });
    expect(await targetOf('bob', 'old-device')).toBeUndefined();
    expect(await targetOf('carol', 'new-device')).toBe(LOWER);
  });

  test('has the token where it was registered last', async () => {
    await stored('bob', LOWER);
    await stored('carol', UPPER, { id: 'new-device', at: NOW - 500 });
    expect(await targetOf('carol', 'new-device')).toBe(LOWER);
    expect(await targetOf('bob', 'old-device')).toBeUndefined();
    expect(await indexed()).toBe(1);
  });

  test('leaves nothing behind when its user is erased', async () => {
    await stored('bob', UPPER);
    await deleteUser(redis, 'demo', 'bob');
    expect(await withoutTombstones(redis)).toEqual({});
  });

  test.each(COMMANDS)('is migrated by the next call after a crash before command %d', async (at) => {
    await stored('bob', UPPER);
    let command = 0;
    const crashing = interposed(redis, async () => {
      if (command++ >= at) throw new Error('crash');
    });
    await listDevices(crashing, 'demo', 'bob').catch(() => undefined);
    expect(await targetOf('bob', 'old-device')).toBe(LOWER);
    await register('carol', LOWER, { session: 's2' });
    expect(await tokensOf('bob')).toEqual([]);
    expect(await indexed()).toBe(1);
  });

  test.each(COMMANDS)('is one device after two concurrent migrations, the second before command %d', async (at) => {
    await stored('bob', UPPER);
    await listDevices(
      interposedOnce(at, () => listDevices(redis, 'demo', 'bob')),
      'demo',
      'bob',
    );
    expect(await listDevices(redis, 'demo', 'bob')).toMatchObject([{ id: 'old-device', token: LOWER }]);
    expect(await indexed()).toBe(1);
  });

  test.each(COMMANDS)(
    'loses its token to the owner who registers it while it is migrated, before command %d',
    async (at) => {
      await stored('bob', UPPER);
      const handOver = () => register('carol', LOWER, { session: 's2' });
      let happened = false;
      await listDevices(
        interposedOnce(at, async () => {
          happened = true;
          await handOver();
        }),
        'demo',
        'bob',
      );
      if (!happened) await handOver();
      expect([await tokensOf('bob'), await tokensOf('carol')]).toEqual([[], [LOWER]]);
      expect(await indexed()).toBe(1);
    },
  );
});

/** Redis, with an action before one command, counted from 0. */
function interposedOnce(at: number, happens: () => Promise<unknown>) {
  let command = 0;
  return interposed(redis, async () => {
    if (command++ === at) await happens();
  });
}
