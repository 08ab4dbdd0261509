import type { MutableConversation, UserPreferences } from '@fanfare/core';
import { commandEach } from '@fanfare/redis';
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
  const read = async (some: readonly string[]) =>
    (await commandEach(redis, some, (commands, uid) => commands.hmget(keys.user(appId, uid), ...fields))) as Fields[];
  const found = await read(uids);
  const former = uids.filter((_, i) => isWithoutIndex(found[i] as Fields));
  if (former.length > 0) {
    await Promise.all(former.map((uid) => migrateDevices(redis, appId, uid)));
    return readRecipients(redis, appId, uids, conversation);
  }
  return uids.map((uid, i) => recipientIn(uid, found[i] as Fields));
}

type Fields = readonly (string | null)[];

/** A user with a record from before there was an index of devices. */
const isWithoutIndex = ([index, createdAt]: Fields): boolean => createdAt !== null && index === null;

/** A recipient and, for FCM and APNs, the device of a delivery. */
export interface TargetRef {
  uid: string;
  deviceId?: string | undefined;
}

/** The fields of a user's hash that a sender reads, before that of the device. */
const PERSON = [ERASED, 'deactivated', 'name', 'avatar', 'locale', PREFERENCES];

/**
 * The recipients of deliveries and their devices, in one round trip and in the order asked; undefined for one who was
 * erased or deactivated since the delivery was planned.
 */
export async function readDeliveryTargets(
  redis: Redis,
  appId: string,
  refs: readonly TargetRef[],
): Promise<(DeliveryTarget | undefined)[]> {
  const answers = await commandEach(redis, refs, (commands, { uid, deviceId }) =>
    commands.hmgetBuffer(keys.user(appId, uid), ...PERSON, ...(deviceId === undefined ? [] : [deviceField(deviceId)])),
  );
  return Promise.all(refs.map((ref, i) => targetIn(redis, appId, ref, answers[i] as (Buffer | null)[])));
}

/** The same for one delivery. */
export const readDeliveryTarget = async (
  redis: Redis,
  appId: string,
  uid: string,
  deviceId?: string,
): Promise<DeliveryTarget | undefined> => (await readDeliveryTargets(redis, appId, [{ uid, deviceId }]))[0];

async function targetIn(
  redis: Redis,
  appId: string,
  { uid, deviceId }: TargetRef,
  answer: readonly (Buffer | null)[],
): Promise<DeliveryTarget | undefined> {
  const [erased, deactivated, name, avatar, locale, preferences] = answer.slice(0, 6).map((one) => one?.toString());
  if (erased || deactivated === '1') return undefined;
  const record = answer[6];
  const device = record && deviceId !== undefined && (await currentDevice(redis, appId, uid, deviceId, record));
  return {
    uid,
    ...(name ? { name } : {}),
    ...(avatar ? { avatar } : {}),
    ...(locale ? { locale } : {}),
    ...(preferences ? { preferences: parsePreferences(preferences) } : {}),
    ...(device ? { device } : {}),
  };
}

function recipientIn(uid: string, fields: Fields): Recipient {
  const [index, createdAt, preferences, timezone, deactivated, erased, mute] = fields;
  return {
    uid,
    hasRecord: createdAt !== null,
    erased: erased !== null,
    deactivated: deactivated === '1',
    devices: devicesOfIndex(index ?? ''),
    preferences: preferences ? parsePreferences(preferences) : undefined,
    timezone: timezone ?? undefined,
    mutedUntil: mutedUntilOf(mute ?? undefined),
  };
}
