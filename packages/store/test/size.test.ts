import { BYTES } from '@fanfare/core';
import { startTestRedis, usedMemory } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { registerDevice, upsertUser } from '../src/index.ts';

const USERS = 4000;
/** As long as those of FCM. */
const tokenOf = (n: number): string => `${n}:`.padEnd(142, 'aZ3_');

/** With a margin of a quarter: an allocator and a version of Redis differ by less. */
test('a user and a device take no more of Redis than docs/sizing.md says', async () => {
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
  expect(user).toBeLessThan(1.25 * BYTES.user);
  expect(device).toBeLessThan(1.25 * BYTES.device);
});
