import { answersOf, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { drop, FORGET, holdingOf, indexOf, readDevice, syncIndex, takeOver } from './device-index.ts';
import {
  type Device,
  decodeDevice,
  deviceField,
  deviceOf,
  devicesIn,
  encodeDevice,
  type Registration,
} from './device-record.ts';
import { keys } from './keys.ts';
import { respell, sameAsBefore } from './respell-device.ts';
import { CREATE_RECORD } from './user-record.ts';

/** Tokens a user may have by default (docs/rules/cometchat.md#limits); the one idle longest is dropped. */
const MAX_DEVICES = 100;

/** How a device is registered. */
export interface RegisterOptions {
  /** Tokens the user may have; past it the one idle longest is dropped. */
  most?: number;
  /** Called if the token was another user's, with that user's uid. */
  onMove?: (from: string) => void;
}

/**
 * Writes the device ARGV[2] into its field ARGV[1] and creates its user at ARGV[3]; with ARGV[4] `known`, only if the
 * user exists. Returns the replaced text, '' for none; nil when nothing was written.
 */
const WRITE = script<string | null>(`
-- KEYS user
-- ARGV device field, device, now, "known" when only for a known user
-- returns the device as it was or an empty string, nil when the user is not known
${CREATE_RECORD}
if ARGV[4] == 'known' and redis.call('HEXISTS', KEYS[1], 'createdAt') == 0 then return false end
createRecord(KEYS[1], ARGV[3])
local before = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return before or ''`);

/**
 * Registers a push token, or refreshes it if this session already has one of its kind. A token of another user or
 * session moves here: it is the same phone. Of concurrent registrations of one token, exactly one keeps it.
 */
export const registerDevice = async (
  redis: Redis,
  appId: string,
  uid: string,
  registration: Registration,
  now: number,
  options: RegisterOptions = {},
): Promise<Device> => (await register(redis, appId, uid, { ...options, registration, now, whom: 'anybody' })) as Device;

/** The same for an existing user; undefined, and nothing is left behind, if there is no such user. */
export const registerKnownDevice = (
  redis: Redis,
  appId: string,
  uid: string,
  registration: Registration,
  now: number,
  options: RegisterOptions = {},
): Promise<Device | undefined> => register(redis, appId, uid, { ...options, registration, now, whom: 'known' });

/** Whether the user is created if missing, or must exist. */
type Whom = 'anybody' | 'known';

async function register(
  redis: Redis,
  appId: string,
  uid: string,
  {
    registration,
    now,
    whom,
    most = MAX_DEVICES,
    onMove,
  }: RegisterOptions & {
    registration: Registration;
    now: number;
    whom: Whom;
  },
): Promise<Device | undefined> {
  const fresh = await sameAsBefore(redis, appId, uid, deviceOf(registration, now));
  const { id, token } = fresh;
  const before = await readDevice(redis, appId, uid, id);
  const device: Device = { ...fresh, createdAt: before?.createdAt ?? now };
  const holder = await takeOver(redis, appId, holdingOf(uid, id), token);
  if (holder !== undefined && holder !== uid) onMove?.(holder);
  const replaced = await write(redis, appId, uid, device, whom);
  await syncIndex(redis, appId, uid, device);
  if (replaced === null) return undefined;
  if (replaced && replaced.token !== token) await syncIndex(redis, appId, uid, replaced);
  await dropOldest(redis, appId, uid, most);
  return device;
}

/** A user's devices, oldest registration first, with canonical tokens. */
export async function listDevices(redis: Redis, appId: string, uid: string): Promise<Device[]> {
  const devices = [];
  for (const stored of devicesIn(await redis.hgetall(keys.user(appId, uid)))) {
    const device = await respell(redis, appId, uid, stored);
    if (device) devices.push(device);
  }
  return devices;
}

/** Removes a user's devices that match; returns how many. */
export async function removeDevices(
  redis: Redis,
  appId: string,
  uid: string,
  which: (device: Device) => boolean,
): Promise<number> {
  const devices = (await listDevices(redis, appId, uid)).filter(which);
  if (devices.length === 0) return 0;
  const pipeline = redis.pipeline();
  // The index first: after a crash in between, the device still names its index and can be removed again.
  for (const device of devices) pipeline.eval(FORGET, ...indexOf(appId, uid, device));
  answersOf(await pipeline.exec());
  const [user, fields] = [keys.user(appId, uid), devices.map((device) => deviceField(device.id))];
  const [texts] = answersOf(
    await redis
      .multi()
      .hmget(user, ...fields)
      .hdel(user, ...fields)
      .exec(),
  );
  // As they were when removed: one may have been refreshed since the list was read.
  const removed = devices.map(({ id }, i) => decodeDevice(id, (texts as (string | null)[])[i] ?? null));
  for (const device of [...devices, ...removed]) if (device) await syncIndex(redis, appId, uid, device);
  return devices.length;
}

/** Removes a dead token, unless the device has been registered again since it was read as `device`. */
export async function retireDevice(redis: Redis, appId: string, uid: string, device: Device): Promise<boolean> {
  if (!(await drop(redis, appId, uid, device))) return false;
  await syncIndex(redis, appId, uid, device);
  return true;
}

/** Writes a device; returns the one it replaced, null when it was not written. */
async function write(
  redis: Redis,
  appId: string,
  uid: string,
  device: Device,
  whom: Whom,
): Promise<Device | undefined | null> {
  const args = [deviceField(device.id), encodeDevice(device), device.registeredAt, whom];
  const replaced = await WRITE(redis, [keys.user(appId, uid)], args);
  return replaced === null ? null : decodeDevice(device.id, replaced === '' ? null : replaced);
}

async function dropOldest(redis: Redis, appId: string, uid: string, most: number): Promise<void> {
  const devices = await listDevices(redis, appId, uid);
  const over = new Set(devices.slice(0, Math.max(0, devices.length - most)).map((device) => device.id));
  if (over.size > 0) await removeDevices(redis, appId, uid, (device) => over.has(device.id));
}
