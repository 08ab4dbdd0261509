import type { Redis } from 'ioredis';
import {
  type Device,
  decodeDevice,
  deviceField,
  deviceOf,
  devicesIn,
  encodeDevice,
  hashToken,
  type Registration,
} from './device-record.ts';
import { keys } from './keys.ts';
import { answersOf } from './pipeline.ts';
import { script } from './script.ts';

/** Tokens a person may have (docs/rules/cometchat.md#limits); the one idle for longest goes. */
const MAX_DEVICES = 100;

/**
 * Writes the device ARGV[2] into its field ARGV[1], and makes its person known as of ARGV[3]; with ARGV[4] `known` only
 * where they are already. The text that it replaces, '' for none; nil when nothing was written.
 */
const WRITE = script<string | null>(`
if ARGV[4] == 'known' and redis.call('HEXISTS', KEYS[1], 'createdAt') == 0 then return false end
redis.call('HSETNX', KEYS[1], 'createdAt', ARGV[3])
local before = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return before or ''`);

/** Removes a field of a hash while it holds this text, and only then. */
const DROP = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])`;

/** Removes a string while it is this text, and only then. */
const FORGET = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('UNLINK', KEYS[1])`;

/**
 * Registers a push token: new, or refreshed in place where this login already has one of the kind. A token that was
 * another person's, or another login's, moves here: it is the same phone. Of those who register one at once, one has it.
 */
export const registerDevice = async (
  redis: Redis,
  appId: string,
  uid: string,
  registration: Registration,
  now: number,
): Promise<Device> => (await register(redis, appId, uid, { registration, now, whom: 'anybody' })) as Device;

/** The same of a person who is known; undefined, and nothing is left, when nobody knows them (any more). */
export const registerKnownDevice = (
  redis: Redis,
  appId: string,
  uid: string,
  registration: Registration,
  now: number,
): Promise<Device | undefined> => register(redis, appId, uid, { registration, now, whom: 'known' });

/** Whose device may be written: of anybody, who is known from then on, or of who is known only. */
type Whom = 'anybody' | 'known';

async function register(
  redis: Redis,
  appId: string,
  uid: string,
  { registration, now, whom }: { registration: Registration; now: number; whom: Whom },
): Promise<Device | undefined> {
  const fresh = deviceOf(registration, now);
  const { id, token } = fresh;
  const before = await readDevice(redis, appId, uid, id);
  const device: Device = { ...fresh, createdAt: before?.createdAt ?? now };
  await takeOver(redis, appId, holdingOf(uid, id), token);
  const replaced = await write(redis, appId, uid, device, whom);
  await settle(redis, appId, uid, device);
  if (replaced === null) return undefined;
  if (replaced && replaced.token !== token) await settle(redis, appId, uid, replaced);
  await dropOldest(redis, appId, uid);
  return device;
}

/** A person's devices, oldest registration first. */
export async function listDevices(redis: Redis, appId: string, uid: string): Promise<Device[]> {
  return devicesIn(await redis.hgetall(keys.user(appId, uid)));
}

/** One device as it is now, or undefined when it was logged out or found dead. */
export const readDevice = async (redis: Redis, appId: string, uid: string, id: string): Promise<Device | undefined> =>
  decodeDevice(id, await redis.hget(keys.user(appId, uid), deviceField(id)));

/** Removes the devices a person has that fit; returns how many. */
export async function removeDevices(
  redis: Redis,
  appId: string,
  uid: string,
  which: (device: Device) => boolean,
): Promise<number> {
  const devices = (await listDevices(redis, appId, uid)).filter(which);
  if (devices.length === 0) return 0;
  const pipeline = redis.pipeline();
  // The index first: after a crash in between, the device still tells what to forget, and can be removed again.
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
  // As they were when they went: one may have been refreshed since the list was read.
  const removed = devices.map(({ id }, i) => decodeDevice(id, (texts as (string | null)[])[i] ?? null));
  for (const device of [...devices, ...removed]) if (device) await settle(redis, appId, uid, device);
  return devices.length;
}

/** Takes a dead token away; not when the device has been registered anew since it was read, as `device`. */
export async function retireDevice(redis: Redis, appId: string, uid: string, device: Device): Promise<boolean> {
  if (!(await drop(redis, appId, uid, device))) return false;
  await settle(redis, appId, uid, device);
  return true;
}

/** Makes this the holder of a token, and takes it from any other. */
async function takeOver(redis: Redis, appId: string, holding: string, token: string): Promise<void> {
  const index = keys.pushToken(appId, hashToken(token));
  // While the index still names them: after a crash in between, nothing would any more.
  const holder = await redis.get(index);
  if (holder !== holding) await dropFrom(redis, appId, holder, token);
  const overtaken = await redis.set(index, holding, 'GET');
  if (overtaken !== holding) await dropFrom(redis, appId, overtaken, token, index);
}

/** Takes a token from its holder; with an index, not from one who has taken it back since. */
async function dropFrom(
  redis: Redis,
  appId: string,
  holder: string | null,
  token: string,
  index?: string,
): Promise<void> {
  if (holder === null) return;
  const [uid = '', id = ''] = holder.split(' ');
  const old = await readDevice(redis, appId, uid, id);
  if (old?.token !== token) return;
  if (index === undefined || (await redis.get(index)) !== holder) await drop(redis, appId, uid, old);
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
  const replaced = await WRITE.run(redis, { keys: [keys.user(appId, uid)], args });
  return replaced === null ? null : decodeDevice(device.id, replaced === '' ? null : replaced);
}

/**
 * Brings the index of a token and the device that may have it into line: the device goes when another has taken its
 * token, and the index when the device has the token no more. By what stands in the registry once the index is
 * written, so that of changes at the same time the last one counts.
 */
async function settle(redis: Redis, appId: string, uid: string, { id, token }: Device): Promise<void> {
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
    // Set where it is missing: the device may have been removed, index and all, before it was written.
    const holder = device ? await redis.set(index, holding, 'NX', 'GET') : await redis.eval(FORGET, 1, index, holding);
    if (device && holder !== null && holder !== holding) await drop(redis, appId, uid, device);
    now = await read();
  } while ((now === undefined) !== (device === undefined));
}

/** Removes a device if it is exactly as given; one that was refreshed stays. */
const drop = async (redis: Redis, appId: string, uid: string, device: Device): Promise<boolean> =>
  (await redis.eval(DROP, 1, keys.user(appId, uid), deviceField(device.id), encodeDevice(device))) === 1;

async function dropOldest(redis: Redis, appId: string, uid: string): Promise<void> {
  const devices = await listDevices(redis, appId, uid);
  const over = new Set(devices.slice(0, Math.max(0, devices.length - MAX_DEVICES)).map((device) => device.id));
  if (over.size > 0) await removeDevices(redis, appId, uid, (device) => over.has(device.id));
}

/** What the index of a push token says: who has it, and as which device. */
const holdingOf = (uid: string, id: string): string => `${uid} ${id}`;

/** The index of a device's token and what it says, as a script takes them: number of keys, key, argument. */
const indexOf = (appId: string, uid: string, { id, token }: Device): [count: 1, key: string, holding: string] => [
  1,
  keys.pushToken(appId, hashToken(token)),
  holdingOf(uid, id),
];
