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

/**
 * Registers a push token: new, or refreshed in place where this login already has one of the kind. A token that was
 * another person's, or another login's, moves here: it is the same phone.
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
  const user = keys.user(appId, uid);
  const before = decodeDevice(id, await redis.hget(user, FIELD + id));
  const device: Device = {
    id,
    token,
    platform,
    providerId,
    session,
    registeredAt: now,
    createdAt: before?.createdAt ?? now,
  };
  const index = keys.pushToken(appId, hashToken(token));
  const holder = await redis.get(index);
  answersOf(
    await redis
      .multi()
      .hsetnx(user, 'createdAt', String(now))
      .hset(user, FIELD + id, encodeDevice(device))
      .exec(),
  );
  await redis.set(index, `${uid} ${id}`);
  if (before && before.token !== token) await redis.unlink(keys.pushToken(appId, hashToken(before.token)));
  if (holder !== null && holder !== `${uid} ${id}`) await dropFrom(redis, appId, holder, token);
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
  decodeDevice(id, await redis.hget(keys.user(appId, uid), FIELD + id));

/** Removes the devices a person has that fit; returns how many. */
export async function removeDevices(
  redis: Redis,
  appId: string,
  uid: string,
  which: (device: Device) => boolean,
): Promise<number> {
  const devices = (await listDevices(redis, appId, uid)).filter(which);
  if (devices.length === 0) return 0;
  await redis.hdel(keys.user(appId, uid), ...devices.map((device) => FIELD + device.id));
  const pipeline = redis.pipeline();
  for (const device of devices) pipeline.unlink(keys.pushToken(appId, hashToken(device.token)));
  answersOf(await pipeline.exec());
  return devices.length;
}

/** Takes a dead token away, unless it has been registered anew since `device` was read. */
export const retireDevice = async (redis: Redis, appId: string, uid: string, device: Device): Promise<boolean> =>
  (await removeDevices(
    redis,
    appId,
    uid,
    (now) => now.id === device.id && now.token === device.token && now.registeredAt === device.registeredAt,
  )) === 1;

async function dropFrom(redis: Redis, appId: string, holder: string, token: string): Promise<void> {
  const [uid = '', id = ''] = holder.split(' ');
  const old = await readDevice(redis, appId, uid, id);
  if (old?.token === token) await redis.hdel(keys.user(appId, uid), FIELD + id);
}

async function dropOldest(redis: Redis, appId: string, uid: string): Promise<void> {
  const devices = await listDevices(redis, appId, uid);
  const over = new Set(devices.slice(0, Math.max(0, devices.length - MAX_DEVICES)).map((device) => device.id));
  if (over.size > 0) await removeDevices(redis, appId, uid, (device) => over.has(device.id));
}

/** Short, and the same for the same login and kind of token. */
const deviceId = (session: string, platform: Platform): string =>
  createHash('sha256').update(`${session}\n${PLATFORMS[platform].kind}`).digest('base64url').slice(0, 10);

const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

const encodeDevice = ({ id: _id, ...device }: Device): string => JSON.stringify(device);

function decodeDevice(id: string, text: string | null): Device | undefined {
  return text === null ? undefined : { id, ...(JSON.parse(text) as Omit<Device, 'id'>) };
}
