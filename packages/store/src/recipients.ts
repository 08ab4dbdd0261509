import type { MutableConversation, UserPreferences } from '@fanfare/core';
import { type HashValues, readHashes } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { DEVICE_INDEX, devicesOfIndex, type IndexedDevice } from './device-index.ts';
import { type Device, deviceField } from './device-record.ts';
import { currentDevice } from './devices.ts';
import { keys } from './keys.ts';
import { migrateDevices } from './migrate-devices.ts';
import { mutedUntilOf, muteField } from './mutes.ts';
import { parsePreferences } from './preferences.ts';
import { PREFERENCES } from './reaction-followers.ts';
import { ERASED } from './user-record.ts';

/** What fan-out needs to know about a recipient. */
export interface Recipient {
  uid: string;
  /** False for a user who is only named. */
  hasRecord: boolean;
  /** Whether they were erased and not created again. */
  erased: boolean;
  deactivated: boolean;
  /** In the order of their registration, without their tokens. */
  devices: readonly IndexedDevice[];
  /** Their own preferences: shared between users with the same ones, immutable. */
  preferences: UserPreferences | undefined;
  /** IANA name, or an offset as `+05:30`. */
  timezone: string | undefined;
  /**
   * Until when they mute the given conversation (epoch ms, may be in the past); null: forever; undefined: not muted.
   */
  mutedUntil: number | null | undefined;
}

/** What a sender needs to know about the recipient of one delivery. */
export interface DeliveryTarget {
  uid: string;
  name?: string;
  avatar?: string;
  /** BCP 47 tag. */
  locale?: string;
  /** As in `Recipient`. */
  preferences?: UserPreferences;
  /** The requested device in its current state; absent when it was logged out or its token is dead. */
  device?: Device;
}

/** The fields of a user's hash that fan-out reads, before that of the mute. */
const READ = [DEVICE_INDEX, 'createdAt', PREFERENCES, 'timezone', 'deactivated', ERASED];

/** Reads what fan-out needs about each of these users, in their order. Users without a record are active. */
export async function readRecipients(
  redis: Redis,
  appId: string,
  uids: readonly string[],
  conversation?: MutableConversation,
): Promise<Recipient[]> {
  const fields = conversation ? [...READ, muteField(conversation)] : READ;
  const reads = uids.map((uid) => ({ key: keys.user(appId, uid) }));
  const found = await readHashes(redis, reads, fields);
  const former = uids.filter((_, i) => isWithoutIndex(found[i] as HashValues));
  if (former.length > 0) {
    await Promise.all(former.map((uid) => migrateDevices(redis, appId, uid)));
    return readRecipients(redis, appId, uids, conversation);
  }
  return uids.map((uid, i) => recipientIn(uid, found[i] as HashValues));
}

/** A user with a record from before there was an index of devices. */
const isWithoutIndex = ([index, createdAt]: HashValues): boolean => !index && Boolean(createdAt);

/** A recipient and, for FCM and APNs, the device of a delivery. */
export interface TargetRef {
  uid: string;
  deviceId?: string | undefined;
}

/** The fields of a user's hash that a sender reads, after that of the device. */
const PERSON = ['name', 'locale', 'avatar', PREFERENCES, 'deactivated', ERASED];

/** What `readPeople` has found. */
export interface People {
  /** The recipients with their devices, in the order asked; undefined for one who was erased or deactivated. */
  targets: (DeliveryTarget | undefined)[];
  /** Name and picture of those to show, by uid; users with neither are absent, even one called "constructor". */
  profiles: Record<string, { name?: string; avatar?: string }>;
}

/** The recipients of deliveries as they are now, and names to show, in one round trip. */
export async function readPeople(
  redis: Redis,
  appId: string,
  refs: readonly TargetRef[],
  shown: readonly string[],
): Promise<People> {
  const reads = refs.map(({ uid, deviceId }) => ({
    key: keys.user(appId, uid),
    field: deviceId === undefined ? '' : deviceField(deviceId),
  }));
  for (const uid of shown) reads.push({ key: keys.user(appId, uid), field: '' });
  const found = await readHashes(redis, reads, PERSON);
  const devices = refs.map(({ uid, deviceId }, i) => {
    const record = found[i]?.[0];
    return record && deviceId !== undefined ? currentDevice(redis, appId, uid, deviceId, record) : undefined;
  });
  // Only devices stored as before are awaited.
  const current = devices.some((device) => device instanceof Promise) ? await Promise.all(devices) : devices;
  const profiles: People['profiles'] = Object.create(null);
  for (const [i, uid] of shown.entries()) {
    const [, name, , avatar] = found[refs.length + i] as HashValues;
    if (!name?.length && !avatar?.length) continue;
    profiles[uid] = {
      ...(name?.length ? { name: String(name) } : {}),
      ...(avatar?.length ? { avatar: String(avatar) } : {}),
    };
  }
  const targets = refs.map(({ uid }, i) => targetIn(uid, found[i] as HashValues, current[i] as Device | undefined));
  return { targets, profiles };
}

/** The recipient of one delivery. */
export const readDeliveryTarget = async (
  redis: Redis,
  appId: string,
  uid: string,
  deviceId?: string,
): Promise<DeliveryTarget | undefined> => (await readPeople(redis, appId, [{ uid, deviceId }], [])).targets[0];

function targetIn(uid: string, values: HashValues, device: Device | undefined): DeliveryTarget | undefined {
  const [_record, name, locale, avatar, preferences, deactivated, erased] = values;
  if (erased || deactivated?.toString() === '1') return undefined;
  const target: DeliveryTarget = { uid };
  if (name?.length) target.name = name.toString();
  if (avatar?.length) target.avatar = avatar.toString();
  if (locale?.length) target.locale = locale.toString();
  if (preferences?.length) target.preferences = parsePreferences(preferences.toString());
  if (device) target.device = device;
  return target;
}

function recipientIn(
  uid: string,
  [index, createdAt, preferences, timezone, deactivated, erased, mute]: HashValues,
): Recipient {
  return {
    uid,
    hasRecord: Boolean(createdAt),
    erased: Boolean(erased),
    deactivated: deactivated?.toString() === '1',
    devices: index ? devicesOfIndex(index.toString()) : NONE,
    preferences: preferences ? parsePreferences(preferences.toString()) : undefined,
    timezone: timezone?.toString(),
    mutedUntil: mutedUntilOf(mute?.toString()),
  };
}

const NONE: readonly IndexedDevice[] = [];
