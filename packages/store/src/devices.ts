import { commandEach } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { type Device, decodeDevice, deviceField, devicesIn, isFormer } from './device-record.ts';
import { GONE_TOKENS } from './device-scripts.lua.ts';
import { keys } from './keys.ts';
import { areFormer, migrateDevices } from './migrate-devices.ts';
import { forgetQuarantined } from './quarantine/quarantine.ts';
import { syncTokens } from './sync-tokens.ts';
import { removeRecords } from './user-devices.ts';

/** A user's devices, the one idle longest first. */
export const listDevices = async (redis: Redis, appId: string, uid: string): Promise<Device[]> =>
  devicesIn(await readHash(redis, appId, uid));

/** The devices of these users, by uid. */
export async function listDevicesOf(
  redis: Redis,
  appId: string,
  uids: readonly string[],
): Promise<Map<string, Device[]>> {
  const answers = await commandEach(redis, uids, (commands, uid) => commands.hgetallBuffer(keys.user(appId, uid)));
  const hashes = answers as Record<string, Buffer>[];
  const current = uids.map(async (uid, i) => {
    const hash = hashes[i] as Record<string, Buffer>;
    return [uid, devicesIn(areFormer(hash) ? await migrateDevices(redis, appId, uid) : hash)] as const;
  });
  return new Map(await Promise.all(current));
}

/** One device in its current state, or undefined when it was logged out or its token is dead. */
export async function readDevice(redis: Redis, appId: string, uid: string, id: string): Promise<Device | undefined> {
  const record = await redis.hgetBuffer(keys.user(appId, uid), deviceField(id));
  return record === null ? undefined : currentDevice(redis, appId, uid, id, record);
}

/** The device in a record as read. Only one stored as before must be awaited: it is migrated, and may be gone then. */
export const currentDevice = (
  redis: Redis,
  appId: string,
  uid: string,
  id: string,
  record: Buffer,
): Device | Promise<Device | undefined> =>
  isFormer(record) ? migratedDevice(redis, appId, uid, id) : decodeDevice(id, record);

async function migratedDevice(redis: Redis, appId: string, uid: string, id: string): Promise<Device | undefined> {
  const record = (await migrateDevices(redis, appId, uid))[deviceField(id)];
  return record && decodeDevice(id, record);
}

/** Removes a user's devices that match, also those set aside; returns how many were live. */
export async function removeDevices(
  redis: Redis,
  appId: string,
  uid: string,
  which: (device: Device) => boolean,
): Promise<number> {
  const [hash, aside] = await Promise.all([readHash(redis, appId, uid), redis.hvals(keys.quarantine(appId, uid))]);
  const quarantined = aside.map((text) => JSON.parse(text) as Device).filter(which);
  const asideIds = quarantined.map(({ id }) => id);
  await forgetQuarantined(redis, appId, uid, asideIds);
  const devices = devicesIn(hash).filter(which);
  // Tokens that are gone were left by a removal that crashed.
  if (devices.length === 0 && hash[GONE_TOKENS] === undefined) return 0;
  // By id: one may have been refreshed since the list was read.
  const ids = devices.map(({ id }) => ({ id }));
  const { gone } = await removeRecords(redis, appId, uid, ids);
  await syncTokens(redis, appId, uid, gone);
  return devices.length;
}

async function readHash(redis: Redis, appId: string, uid: string): Promise<Record<string, Buffer>> {
  const hash = await redis.hgetallBuffer(keys.user(appId, uid));
  return areFormer(hash) ? migrateDevices(redis, appId, uid) : hash;
}
