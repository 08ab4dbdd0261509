import { canonicalToken } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { type Device, decodeDevice, deviceField, encodeDevice, hashToken } from './device-record.ts';
import { keys } from './keys.ts';

/** Removes a field of a hash if it still holds this text. */
const DROP = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])`;

/** Removes a string if it still is this text. */
export const FORGET = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('UNLINK', KEYS[1])`;

/** One device in its current state, or undefined when it was logged out or its token is dead. */
export const readDevice = async (redis: Redis, appId: string, uid: string, id: string): Promise<Device | undefined> =>
  decodeDevice(id, await redis.hget(keys.user(appId, uid), deviceField(id)));

/** Makes this user and device the holder of a token, and takes it from any other; the other's uid, if there was one. */
export async function takeOver(
  redis: Redis,
  appId: string,
  holding: string,
  token: string,
): Promise<string | undefined> {
  const index = keys.pushToken(appId, hashToken(token));
  // While the index still names them: after a crash in between, nothing else would.
  const holder = await redis.get(index);
  if (holder !== holding) await dropFrom(redis, appId, holder, token);
  const previous = await redis.set(index, holding, 'GET');
  if (previous !== holding) await dropFrom(redis, appId, previous, token, index);
  const other = holder ?? previous;
  return other === null ? undefined : holderIn(other).uid;
}

/** Takes a token from its holder; given its index, only if the holder has not registered it again since. */
async function dropFrom(
  redis: Redis,
  appId: string,
  holder: string | null,
  token: string,
  index?: string,
): Promise<void> {
  if (holder === null) return;
  const { uid, id } = holderIn(holder);
  const old = await readDevice(redis, appId, uid, id);
  if (!old || canonicalToken(old.platform, old.token) !== token) return;
  if (index === undefined || (await redis.get(index)) !== holder) await drop(redis, appId, uid, old);
}

/**
 * Makes the index of a token and the device agree: the device is removed if another one has its token, the index if the
 * device no longer has the token. Repeated until the registry is unchanged, so that of concurrent changes the last one
 * wins.
 */
export async function syncIndex(redis: Redis, appId: string, uid: string, { id, token }: Device): Promise<void> {
  const index = keys.pushToken(appId, hashToken(token));
  const holding = holdingOf(uid, id);
  const read = async () => {
    const device = await readDevice(redis, appId, uid, id);
    return device?.token === token ? device : undefined;
  };
  let device: Device | undefined;
  let now = await read();
  do {
    device = now;
    // Set if missing: the device may have been removed, index included, before it was written.
    const holder = device ? await redis.set(index, holding, 'NX', 'GET') : await redis.eval(FORGET, 1, index, holding);
    if (device && holder !== null && holder !== holding) await drop(redis, appId, uid, device);
    now = await read();
  } while ((now === undefined) !== (device === undefined));
}

/** Removes a device if it is exactly as given; a refreshed one stays. */
export const drop = async (redis: Redis, appId: string, uid: string, device: Device): Promise<boolean> =>
  (await redis.eval(DROP, 1, keys.user(appId, uid), deviceField(device.id), encodeDevice(device))) === 1;

/** The holder of a push token according to its index: the user and the device. */
export const holdingOf = (uid: string, id: string): string => `${uid} ${id}`;

/** Reads the holder of a token from its index. */
export function holderIn(holding: string): { uid: string; id: string } {
  const [uid = '', id = ''] = holding.split(' ');
  return { uid, id };
}

/** The index of a device's token and its content, as script arguments: number of keys, key, argument. */
export const indexOf = (
  appId: string,
  uid: string,
  { id, token }: Device,
): [count: 1, key: string, holding: string] => [1, keys.pushToken(appId, hashToken(token)), holdingOf(uid, id)];
