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
import type { IngestDeps } from '../../deps.ts';

/** A push token in any spelling, and as it is stored then; at most 4,096 characters (docs/rules/cometchat.md#limits). */
const tokenOf = (platform: Platform) =>
  z
    .string()
    .overwrite((token) => canonicalToken(platform, token))
    .max(4096, 'must be at most 4096 characters')
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');

/** A push token as FCM and APNs hand them out, by what it is for. */
export const PushToken = {
  fcm: tokenOf('fcm_android'),
  device: tokenOf('apns_ios_device'),
  voip: tokenOf('apns_ios_voip'),
} satisfies Record<TokenKind, z.ZodType>;

type Deps = Pick<IngestDeps, 'registry' | 'now'>;

/**
 * Registers a person's push token.
 * @throws FanfareError `AUTH_ERR_AUTH_TOKEN_NOT_FOUND` when its login has ended meanwhile, or its person been erased;
 * nothing of it is left then.
 */
export async function registerPushToken(
  { registry, now }: Deps,
  appId: string,
  uid: string,
  registration: Registration,
): Promise<void> {
  const { session } = registration;
  if (session === undefined) return void (await registerDevice(registry, appId, uid, registration, now()));
  if (!(await sessionExists(registry, appId, session))) throw loggedOut();
  if (!(await registerKnownDevice(registry, appId, uid, registration, now()))) throw loggedOut();
  // The login may have ended while the token was on its way; its tokens went with it, and this one must as well.
  if (await sessionExists(registry, appId, session)) return;
  await removeDevices(registry, appId, uid, (device) => device.session === session);
  throw loggedOut();
}

/**
 * Sets a person's time zone (IANA name or offset). On behalf of anybody, who is known from then on; by a login, of its person only.
 * @throws FanfareError `AUTH_ERR_AUTH_TOKEN_NOT_FOUND` when the login's person has been erased meanwhile.
 */
export async function setTimeZone(
  { registry, now }: Deps,
  { appId, uid, session }: { appId: string; uid: string; session: string | undefined },
  timezone: string,
): Promise<void> {
  if (session === undefined) await upsertUser(registry, appId, uid, { timezone }, now());
  else if (!(await setKnownTimeZone(registry, appId, uid, timezone))) throw loggedOut();
}

const loggedOut = () => new FanfareError('AUTH_ERR_AUTH_TOKEN_NOT_FOUND', 'authToken: has been revoked');
