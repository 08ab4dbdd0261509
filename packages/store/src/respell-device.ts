import { canonicalToken, PLATFORMS } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { drop, FORGET, holderIn, indexOf, readDevice, syncIndex, takeOver } from './device-index.ts';
import { type Device, deviceField, encodeDevice, hashToken } from './device-record.ts';
import { keys } from './keys.ts';

/** Writes ARGV[3] into the field ARGV[1] of KEYS[1] if it still holds ARGV[2]. */
const REPLACE = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])`;

/**
 * Migrates a device whose token was stored before tokens had a canonical form: it keeps its id and gets the canonical
 * token. If another device has registered the same token since, that one keeps the token and this one is removed. Each
 * device is migrated before its token is used or shown, so that nothing is sent to the old form. Safe to repeat,
 * interrupt and run concurrently: after a crash the next call migrates.
 * @returns the device afterwards; undefined when it is gone.
 */
export async function respell(redis: Redis, appId: string, uid: string, stored: Device): Promise<Device | undefined> {
  const device: Device = { ...stored, token: canonicalToken(stored.platform, stored.token) };
  if (device.token === stored.token) return stored;
  const [, index, holding] = indexOf(appId, uid, device);
  const holder = await redis.set(index, holding, 'NX', 'GET');
  if (holder !== null && holder !== holding) {
    if (await isNewer(redis, appId, holder, device)) {
      await drop(redis, appId, uid, stored);
      await syncIndex(redis, appId, uid, stored);
      return undefined;
    }
    await takeOver(redis, appId, holding, device.token);
  }
  // Before the token is written: after a crash in between, nothing else would name the old index.
  await redis.eval(FORGET, ...indexOf(appId, uid, stored));
  const texts = [encodeDevice(stored), encodeDevice(device)];
  await redis.eval(REPLACE, 1, keys.user(appId, uid), deviceField(device.id), ...texts);
  await syncIndex(redis, appId, uid, device);
  return readDevice(redis, appId, uid, device.id);
}

/**
 * A device about to be registered, with the id of the user's existing device for this token: without a session, the id
 * was derived from the token as spelled then, and planned deliveries must find it. A holder of the token in upper case
 * is migrated first, so that the registration finds it.
 */
export async function sameAsBefore(redis: Redis, appId: string, uid: string, fresh: Device): Promise<Device> {
  const upper = fresh.token.toUpperCase();
  if (upper === fresh.token || canonicalToken(fresh.platform, upper) !== fresh.token) return fresh;
  const former = await holderOf(redis, appId, upper);
  if (former) await respell(redis, appId, former.uid, former.device);
  const holder = await holderOf(redis, appId, fresh.token);
  const isSame =
    holder?.uid === uid && holder.device.session === fresh.session && kindOf(holder.device) === kindOf(fresh);
  return isSame ? { ...fresh, id: holder.device.id } : fresh;
}

const kindOf = ({ platform }: Device) => PLATFORMS[platform].kind;

/** Whether the index of a token names a device that has it, and that was registered after this one. */
async function isNewer(
  redis: Redis,
  appId: string,
  holding: string,
  { token, registeredAt }: Device,
): Promise<boolean> {
  const { uid, id } = holderIn(holding);
  const other = await readDevice(redis, appId, uid, id);
  if (!other || canonicalToken(other.platform, other.token) !== token) return false;
  return other.registeredAt > registeredAt;
}

/** The holder of a token by its index, and the device, which may have another token by now. */
async function holderOf(
  redis: Redis,
  appId: string,
  token: string,
): Promise<{ uid: string; device: Device } | undefined> {
  const holding = await redis.get(keys.pushToken(appId, hashToken(token)));
  if (holding === null) return undefined;
  const { uid, id } = holderIn(holding);
  const device = await readDevice(redis, appId, uid, id);
  return device && { uid, device };
}
