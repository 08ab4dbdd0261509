import { hash } from 'node:crypto';
import { canonicalToken, PLATFORMS, type Platform } from '@fanfare/core';
import { packToken, unpackToken } from './token-bytes.ts';

/** One push token of one user. */
export interface Device {
  /** Unchanged when the token is refreshed, so that planned deliveries go to the new token. */
  id: string;
  /** In canonical form (`canonicalToken`), except in records from before it was introduced. */
  token: string;
  platform: Platform;
  /** Which credential; `default` is resolved when sending. */
  providerId: string;
  /** The session that registered it, or a name for the app on all of this user's phones if there was none. */
  session: string;
  /** When the token was last registered, epoch ms. An older report that the token is dead does not apply to it. */
  registeredAt: number;
  /** When the device was first seen, epoch ms. */
  createdAt: number;
  /** Whether the token belongs to the other APNs environment than its credential says. */
  otherEnvironment?: boolean | undefined;
}

/** A registration. Without a session the phone of a token is unknown, so each token is a device of its own. */
export interface Registration {
  token: string;
  platform: Platform;
  providerId: string;
  session?: string | undefined;
}

const FIELD = 'd:';

/** The device of a registration, seen for the first time. */
export function deviceOf({ token: text, platform, providerId, session: given }: Registration, now: number): Device {
  const token = canonicalToken(platform, text);
  const session = given ?? sessionless(providerId);
  const id = deviceId(session, platform, given === undefined ? token : undefined);
  return { id, token, platform, providerId, session, registeredAt: now, createdAt: now };
}

/** Stands for the session of a device registered without one. */
export const sessionless = (providerId: string): string => `app:${providerId}`;

/** The field of this device in a user's hash. */
export const deviceField = (id: string): string => FIELD + id;

/** The devices in a user's hash, as their ids and stored records. */
export const recordsIn = (hash: Record<string, Buffer>): [id: string, record: Buffer][] =>
  Object.entries(hash).flatMap(([field, record]) =>
    field.startsWith(FIELD) ? [[field.slice(FIELD.length), record]] : [],
  );

/** The devices in a user's hash, the one idle longest first. */
export const devicesIn = (hash: Record<string, Buffer>): Device[] =>
  recordsIn(hash)
    .map(([id, record]) => decodeDevice(id, record))
    .sort((a, b) => a.registeredAt - b.registeredAt);

/** Short, and stable for the same session and kind of token, or for the same token without a session. */
function deviceId(session: string, platform: Platform, token: string | undefined): string {
  const parts = [session, PLATFORMS[platform].kind, ...(token === undefined ? [] : [hashToken(token)])];
  return hash('sha256', parts.join('\n'), 'base64url').slice(0, 10);
}

/** The name of a push token in its index. */
export const hashToken = (token: string): string => hash('sha256', token, 'base64url');

/** The platforms by their letter in records. A letter is never used again. */
const LETTERS = {
  a: 'fcm_android',
  b: 'fcm_ios',
  c: 'fcm_web',
  d: 'fcm_flutter_android',
  e: 'fcm_flutter_ios',
  f: 'fcm_react_native_android',
  g: 'fcm_react_native_ios',
  h: 'fcm_ionic_cordova_android',
  i: 'fcm_ionic_cordova_ios',
  j: 'apns_ios_device',
  k: 'apns_ios_voip',
  l: 'apns_flutter_device',
  m: 'apns_flutter_voip',
  n: 'apns_react_native_device',
  o: 'apns_react_native_voip',
  p: 'apns_ionic_cordova_device',
  q: 'apns_ionic_cordova_voip',
} as const satisfies Record<string, Platform>;
const LETTER_OF = Object.fromEntries(Object.entries(LETTERS).map(([letter, platform]) => [platform, letter]));

export const letterOf = (platform: Platform): string => LETTER_OF[platform] as string;
export const platformOf = (letter: string): Platform => LETTERS[letter as keyof typeof LETTERS];

/** The first byte of a record; one from before is JSON. */
const FORMAT = 1;
const JSON_FORMAT = '{'.charCodeAt(0);

/** Where the parts of a record begin. The scripts of `device-scripts.lua.ts` read them too. */
const AT = { platform: 1, registeredAt: 2, createdAt: 8, tokenLength: 14, token: 16 };

/** A session is a SHA-256 in hex, stored as its bytes after a zero; other names follow their length. */
const SHA256 = /^[0-9a-f]{64}$/;
const SHA256_BYTES = 32;

/**
 * The record of a device, its field's value: bytes, since there are millions. The format, the platform's letter (a
 * capital: a token of the other APNs environment), two times of six bytes, the token after its length, the session, and
 * the credential unless it is `default`. A device with an FCM token of 151 characters takes 240 bytes in all, both
 * indexes included (Redis 7.0.15, our configuration).
 */
export function encodeDevice({
  token,
  platform,
  providerId,
  session,
  registeredAt,
  createdAt,
  otherEnvironment,
}: Device): Buffer {
  const letter = letterOf(platform);
  const head = Buffer.alloc(AT.token);
  const packed = packToken(token);
  head[0] = FORMAT;
  head.write(otherEnvironment ? letter.toUpperCase() : letter, AT.platform);
  head.writeUIntBE(registeredAt, AT.registeredAt, 6);
  head.writeUIntBE(createdAt, AT.createdAt, 6);
  head.writeUInt16BE(packed.length, AT.tokenLength);
  const name = SHA256.test(session) ? Buffer.from(session, 'hex') : Buffer.from(session);
  const length = Buffer.of(SHA256.test(session) ? 0 : name.length);
  return Buffer.concat([head, packed, length, name, Buffer.from(providerId === 'default' ? '' : providerId)]);
}

/** Reads a record, also one from before records were bytes. */
export function decodeDevice(id: string, record: Buffer): Device {
  if (record[0] === JSON_FORMAT) return { id, ...(JSON.parse(record.toString()) as Omit<Device, 'id'>) };
  const end = AT.token + record.readUInt16BE(AT.tokenLength);
  const length = record[end] as number;
  const nameEnd = end + 1 + (length || SHA256_BYTES);
  const letter = String.fromCharCode(record[AT.platform] as number);
  return {
    id,
    token: unpackToken(record.subarray(AT.token, end)),
    platform: platformOf(letter.toLowerCase()),
    providerId: record.toString('utf8', nameEnd) || 'default',
    session: record.toString(length === 0 ? 'hex' : 'utf8', end + 1, nameEnd),
    registeredAt: record.readUIntBE(AT.registeredAt, 6),
    createdAt: record.readUIntBE(AT.createdAt, 6),
    ...(letter < 'a' ? { otherEnvironment: true } : {}),
  };
}

/** Whether a record is from before records were bytes. */
export const isFormer = (record: Buffer): boolean => record[0] === JSON_FORMAT;
