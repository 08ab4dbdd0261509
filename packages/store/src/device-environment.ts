import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { type Device, deviceField, encodeDevice } from './device-record.ts';
import { keys } from './keys.ts';

const REPLACE = script<number>(`
-- KEYS user
-- ARGV field, record before, record
-- returns 1, or 0 when the device has changed
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1`);

/**
 * Remembers that a token belongs to the other APNs environment than its credential says, or that it does not, unless
 * the device has changed since it was read as `device`.
 */
export async function setOtherEnvironment(
  redis: Redis,
  appId: string,
  uid: string,
  device: Device,
  otherEnvironment: boolean,
): Promise<void> {
  const records = [device, { ...device, otherEnvironment }].map(encodeDevice);
  await REPLACE(redis, [keys.user(appId, uid)], [deviceField(device.id), ...records]);
}
