import { createHash } from 'node:crypto';
import { canonicalToken, PLATFORMS, type Platform } from '@fanfare/core';

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
  const session = given ?? `app:${providerId}`;
  const id = deviceId(session, platform, given === undefined ? token : undefined);
  return { id, token, platform, providerId, session, registeredAt: now, createdAt: now };
}

/** The devices in a user's hash. */
export function devicesIn(hash: Record<string, string>): Device[] {
  return Object.entries(hash)
    .flatMap(([field, text]) => (field.startsWith(FIELD) ? (decodeDevice(field.slice(FIELD.length), text) ?? []) : []))
    .sort((a, b) => a.registeredAt - b.registeredAt);
}

/** The field of this device in a user's hash. */
export const deviceField = (id: string): string => FIELD + id;

/** Short, and stable for the same session and kind of token, or for the same token without a session. */
function deviceId(session: string, platform: Platform, token: string | undefined): string {
  const parts = [session, PLATFORMS[platform].kind, ...(token === undefined ? [] : [hashToken(token)])];
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 10);
}

/** The name of a push token in its index. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** The value of a device's field. */
export const encodeDevice = ({ id: _id, ...device }: Device): string => JSON.stringify(device);

/** Parses the value of a device's field. */
export function decodeDevice(id: string, text: string | null): Device | undefined {
  return text === null ? undefined : { id, ...(JSON.parse(text) as Omit<Device, 'id'>) };
}
