import { canonicalToken, FanfareError, type Platform, type TokenKind } from '@fanfare/core';
import {
  type Registration,
  registerDevice,
  registerKnownDevice,
  removeDevices,
  sessionExists,
  setKnownTimeZone,
  upsertUser,
} from '@fanfare/store';
import { z } from 'zod';
import { admitUsers, quotasOf } from '../../accept/quotas.ts';
import type { IngestDeps } from '../../deps.ts';

/** A push token in any spelling, normalized for storage; at most 4,096 characters (docs/rules/cometchat.md#limits). */
const tokenOf = (platform: Platform) =>
  z
    .string()
    .overwrite((token) => canonicalToken(platform, token))
    .max(4096, 'must be at most 4096 characters')
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');

/** The push tokens of FCM and APNs, by kind. */
export const PushToken = {
  fcm: tokenOf('fcm_android'),
  device: tokenOf('apns_ios_device'),
  voip: tokenOf('apns_ios_voip'),
} satisfies Record<TokenKind, z.ZodType>;

type Deps = Pick<IngestDeps, 'config' | 'registry' | 'intake' | 'now' | 'log'>;

/**
 * Registers a user's push token.
 * @throws FanfareError `AUTH_ERR_AUTH_TOKEN_NOT_FOUND` if the session has ended or the user been erased meanwhile. The
 * token is not stored then.
 */
export async function registerPushToken(
  deps: Deps,
  appId: string,
  uid: string,
  registration: Registration,
): Promise<void> {
  const { registry, now, log } = deps;
  const { session } = registration;
  const options = {
    most: (await quotasOf(deps, appId)).devicesPerUser,
    onMove: (from: string) => log.info({ appId, from, to: uid, platform: registration.platform }, 'push_token.moved'),
  };
  if (session === undefined) {
    await admitUsers(deps, appId, [uid]);
    return void (await registerDevice(registry, appId, uid, registration, now(), options));
  }
  if (!(await registerKnownDevice(registry, appId, uid, registration, now(), options))) throw loggedOut();
  // The session, which the caller has just found, may have ended while the token was being stored. Its other tokens
  // are gone; remove this one too.
  if (await sessionExists(registry, appId, session)) return;
  await removeDevices(registry, appId, uid, (device) => device.session === session);
  throw loggedOut();
}

/**
 * Sets a user's time zone (IANA name or offset). An API key may do it for any user, who is created if unknown; a
 * session only for its own.
 * @throws FanfareError `AUTH_ERR_AUTH_TOKEN_NOT_FOUND` if the session's user has been erased meanwhile.
 */
export async function setTimeZone(
  deps: Deps,
  { appId, uid, session }: { appId: string; uid: string; session: string | undefined },
  timezone: string,
): Promise<void> {
  const { registry, now } = deps;
  if (session === undefined) {
    await admitUsers(deps, appId, [uid]);
    await upsertUser(registry, appId, uid, { timezone }, now());
  } else if (!(await setKnownTimeZone(registry, appId, uid, timezone))) throw loggedOut();
}

const loggedOut = () => new FanfareError('AUTH_ERR_AUTH_TOKEN_NOT_FOUND', 'authToken: has been revoked');
