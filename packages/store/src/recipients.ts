import type { MutableConversation, UserPreferences } from '@fanfare/core';
import { commandEach } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { type Device, decodeDevice, deviceField, devicesIn } from './device-record.ts';
import { keys } from './keys.ts';
import { mutedUntilOf, muteField } from './mutes.ts';
import { parsePreferences } from './preferences.ts';
import { PREFERENCES } from './reaction-followers.ts';
import { respell } from './respell-device.ts';
import { ERASED } from './user-record.ts';

/** What fan-out needs to know about a recipient. */
export interface Recipient {
  uid: string;
  /** False for a user who is only named. */
  hasRecord: boolean;
  /** Whether they were erased and not created again. */
  erased: boolean;
  deactivated: boolean;
  devices: Device[];
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

/** Reads what fan-out needs about each of these users, in their order. Users without a record are active. */
export async function readRecipients(
  redis: Redis,
  appId: string,
  uids: readonly string[],
  conversation?: MutableConversation,
): Promise<Recipient[]> {
  const answers = await commandEach(redis, uids, (commands, uid) => commands.hgetall(keys.user(appId, uid)));
  const hashes = answers as Record<string, string>[];
  const mute = conversation && muteField(conversation);
  return uids.map((uid, i) => recipientIn(uid, hashes[i] ?? {}, mute));
}

/**
 * The recipient of a delivery and its device, in one small read; undefined when the user was erased or deactivated
 * since it was planned.
 */
export async function readDeliveryTarget(
  redis: Redis,
  appId: string,
  uid: string,
  deviceId?: string,
): Promise<DeliveryTarget | undefined> {
  const fields = [ERASED, 'deactivated', 'name', 'avatar', 'locale', PREFERENCES];
  if (deviceId !== undefined) fields.push(deviceField(deviceId));
  const answer = await redis.hmget(keys.user(appId, uid), ...fields);
  const [erased, deactivated, name, avatar, locale, preferences, text] = answer;
  if (erased || deactivated === '1') return undefined;
  const stored = deviceId === undefined ? undefined : decodeDevice(deviceId, text ?? null);
  const device = stored && (await respell(redis, appId, uid, stored));
  return {
    uid,
    ...(name ? { name } : {}),
    ...(avatar ? { avatar } : {}),
    ...(locale ? { locale } : {}),
    ...(preferences ? { preferences: parsePreferences(preferences) } : {}),
    ...(device ? { device } : {}),
  };
}

function recipientIn(uid: string, hash: Record<string, string>, mute: string | undefined): Recipient {
  const preferences = hash[PREFERENCES];
  return {
    uid,
    hasRecord: hash.createdAt !== undefined,
    erased: hash[ERASED] !== undefined,
    deactivated: hash.deactivated === '1',
    devices: devicesIn(hash),
    preferences: preferences === undefined ? undefined : parsePreferences(preferences),
    timezone: hash.timezone,
    mutedUntil: mute === undefined ? undefined : mutedUntilOf(hash[mute]),
  };
}
