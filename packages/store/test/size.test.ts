import { BYTES } from '@fanfare/core';
import { startTestRedis, usedMemory } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { registerDevice, upsertUser } from '../src/index.ts';

const USERS = 2000;
/** As long as those of FCM. */
const tokenOf = (n: number): string => `${n}:`.padEnd(142, 'aZ3_');

/** With a margin of a quarter: an allocator and a version of Redis differ by less. */
test('a user and a device take what docs/sizing.md says', async () => {
  await using own = await startTestRedis({ args: ['--appendfsync', 'no'] });
  const { redis } = own;
  const per = async (write: (n: number) => Promise<unknown>) => {
    const before = await usedMemory(redis);
    await Promise.all(Array.from({ length: USERS }, (_, n) => write(n)));
    return ((await usedMemory(redis)) - before) / USERS;
  };
  await upsertUser(redis, 'app', 'first', { name: 'First' }, 1);
  const user = await per((n) => upsertUser(redis, 'app', `user-${n}`, { name: `User ${n}` }, 1));
  const device = await per((n) =>
    registerDevice(redis, 'app', `user-${n}`, { platform: 'fcm_android', providerId: 'fcm', token: tokenOf(n) }, 1),
  );
  for (const ratio of [user / BYTES.user, device / BYTES.device]) {
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.25);
  }
}, 120_000);
