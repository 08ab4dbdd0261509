import { createHash } from 'node:crypto';
import { PLATFORMS, type Platform } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { answersOf } from './pipeline.ts';

/** One push token of one person. */
export interface Device {
  /** Stays the same when the token is refreshed, so that what was planned goes to the new token. */
  id: string;
  token: string;
  platform: Platform;
  /** Which credential; `default` is resolved when sending. */
  providerId: string;
  /** The login it came with, or a name for the app on this person's phone where there was none. */
  session: string;
  /** When the token was last registered, epoch ms: an older "this token is dead" does not concern it. */
  registeredAt: number;
  /** When the device was first seen, epoch ms. */
  createdAt: number;
}

/** What is registered. Without a session the token stands for the provider's app on any one of the person's phones. */
export interface Registration {
  token: string;
  platform: Platform;
  providerId: string;
  session?: string | undefined;
}

/** Tokens a person may have (PARITY 7.1); the one idle for longest goes. */
const MAX_DEVICES = 100;

const FIELD = 'd:';

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
export async function registerDevice(
  redis: Redis,
  appId: string,
  uid: string,
  registration: Registration,
  now: number,
): Promise<Device> {
  const { token, platform, providerId } = registration;
  const session = registration.session ?? `app:${providerId}`;
  const id = deviceId(session, platform);
  const before = await readDevice(redis, appId, uid, id);
  const device: Device = {
    id,
    token,
    platform,
    providerId,
    session,
    registeredAt: now,
    createdAt: before?.createdAt ?? now,
  };
  await takeOver(redis, appId, holdingOf(uid, id), token);
  await write(redis, appId, uid, device);
  await yieldIfOvertaken(redis, appId, uid, device);
  if (before && before.token !== token) await redis.eval(FORGET, ...indexOf(appId, uid, before));
  await dropOldest(redis, appId, uid);
  return device;
}

/** A person's devices, oldest registration first. */
export async function listDevices(redis: Redis, appId: string, uid: string): Promise<Device[]> {
  return devicesIn(await redis.hgetall(keys.user(appId, uid)));
}

/** The devices in a person's hash. */
export function devicesIn(hash: Record<string, string>): Device[] {
  return Object.entries(hash)
    .flatMap(([field, text]) => (field.startsWith(FIELD) ? (decodeDevice(field.slice(FIELD.length), text) ?? []) : []))
    .sort((a, b) => a.registeredAt - b.registeredAt);
}

/** One device as it is now, or undefined when it was logged out or found dead. */
export const readDevice = async (redis: Redis, appId: string, uid: string, id: string): Promise<Device | undefined> =>
  decodeDevice(id, await redis.hget(keys.user(appId, uid), deviceField(id)));

/** The field of a person's hash with this device. */
export const deviceField = (id: string): string => FIELD + id;

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
  answersOf(await pipeline.hdel(keys.user(appId, uid), ...devices.map((device) => FIELD + device.id)).exec());
  return devices.length;
}

/** Takes a dead token away; not when the device has been registered anew since it was read, as `device`. */
export async function retireDevice(redis: Redis, appId: string, uid: string, device: Device): Promise<boolean> {
  if (!(await drop(redis, appId, uid, device))) return false;
  await redis.eval(FORGET, ...indexOf(appId, uid, device));
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

/** Writes a device, and makes its person known. */
async function write(redis: Redis, appId: string, uid: string, device: Device): Promise<void> {
  const user = keys.user(appId, uid);
  const known = redis.multi().hsetnx(user, 'createdAt', String(device.registeredAt));
  answersOf(await known.hset(user, FIELD + device.id, encodeDevice(device)).exec());
}

/** Removes a device just registered whose token another has taken before it was written. */
async function yieldIfOvertaken(redis: Redis, appId: string, uid: string, device: Device): Promise<void> {
  const [, index, holding] = indexOf(appId, uid, device);
  // Set where it is missing: the device may have been removed, index and all, before it was written.
  const holder = await redis.set(index, holding, 'NX', 'GET');
  if (holder !== null && holder !== holding) await drop(redis, appId, uid, device);
}

/** Removes a device if it is exactly as given; one that was refreshed stays. */
const drop = async (redis: Redis, appId: string, uid: string, device: Device): Promise<boolean> =>
  (await redis.eval(DROP, 1, keys.user(appId, uid), FIELD + device.id, encodeDevice(device))) === 1;

async function dropOldest(redis: Redis, appId: string, uid: string): Promise<void> {
  const devices = await listDevices(redis, appId, uid);
  const over = new Set(devices.slice(0, Math.max(0, devices.length - MAX_DEVICES)).map((device) => device.id));
  if (over.size > 0) await removeDevices(redis, appId, uid, (device) => over.has(device.id));
}

/** Short, and the same for the same login and kind of token. */
const deviceId = (session: string, platform: Platform): string =>
  createHash('sha256').update(`${session}\n${PLATFORMS[platform].kind}`).digest('base64url').slice(0, 10);

/** What the index of a push token says: who has it, and as which device. */
const holdingOf = (uid: string, id: string): string => `${uid} ${id}`;

/** The index of a device's token and what it says, as a script takes them: number of keys, key, argument. */
const indexOf = (appId: string, uid: string, { id, token }: Device): [count: 1, key: string, holding: string] => [
  1,
  keys.pushToken(appId, hashToken(token)),
  holdingOf(uid, id),
];

const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

const encodeDevice = ({ id: _id, ...device }: Device): string => JSON.stringify(device);

/** The device in its field. */
export function decodeDevice(id: string, text: string | null): Device | undefined {
  return text === null ? undefined : { id, ...(JSON.parse(text) as Omit<Device, 'id'>) };
}
