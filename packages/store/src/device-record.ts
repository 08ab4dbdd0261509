import { createHash } from 'node:crypto';
import { canonicalToken, PLATFORMS, type Platform } from '@fanfare/core';

/** One push token of one person. */
export interface Device {
  /** Stays the same when the token is refreshed, so that what was planned goes to the new token. */
  id: string;
  /** In its one spelling (`canonicalToken`), except in records of before there was one. */
  token: string;
  platform: Platform;
  /** Which credential; `default` is resolved when sending. */
  providerId: string;
  /** The login it came with, or a name for the app on all of this person's phones where there was none. */
  session: string;
  /** When the token was last registered, epoch ms: an older "this token is dead" does not concern it. */
  registeredAt: number;
  /** When the device was first seen, epoch ms. */
  createdAt: number;
}

/** What is registered. Without a session nothing tells which phone the token is of: each is a device of its own. */
export interface Registration {
  token: string;
  platform: Platform;
  providerId: string;
  session?: string | undefined;
}

const FIELD = 'd:';

/** The device that a registration makes, seen for the first time. */
export function deviceOf({ token: given, platform, providerId, session: login }: Registration, now: number): Device {
  const token = canonicalToken(platform, given);
  const session = login ?? `app:${providerId}`;
  const id = deviceId(session, platform, login === undefined ? token : undefined);
  return { id, token, platform, providerId, session, registeredAt: now, createdAt: now };
}

/** The devices in a person's hash. */
export function devicesIn(hash: Record<string, string>): Device[] {
  return Object.entries(hash)
    .flatMap(([field, text]) => (field.startsWith(FIELD) ? (decodeDevice(field.slice(FIELD.length), text) ?? []) : []))
    .sort((a, b) => a.registeredAt - b.registeredAt);
}

/** The field of a person's hash with this device. */
export const deviceField = (id: string): string => FIELD + id;

/** Short, and the same for the same login and kind of token; where there is no login, for the same token. */
function deviceId(session: string, platform: Platform, token: string | undefined): string {
  const parts = [session, PLATFORMS[platform].kind, ...(token === undefined ? [] : [hashToken(token)])];
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 10);
}

/** How a push token is named in its index. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** The text of a device’s field. */
export const encodeDevice = ({ id: _id, ...device }: Device): string => JSON.stringify(device);

/** The device in its field. */
export function decodeDevice(id: string, text: string | null): Device | undefined {
  return text === null ? undefined : { id, ...(JSON.parse(text) as Omit<Device, 'id'>) };
}
