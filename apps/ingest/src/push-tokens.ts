import { FanfareError } from '@fanfare/core';
import { type Registration, registerDevice, removeDevices, sessionExists } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from './deps.ts';

/** A push token as FCM and APNs hand them out; at most 4,096 characters (PARITY 7.1). */
export const PushToken = z
  .string()
  .max(4096, 'must be at most 4096 characters')
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');

/**
 * Registers a person's push token.
 * @throws FanfareError `AUTH_ERR_AUTH_TOKEN_NOT_FOUND` when its login has ended meanwhile; nothing of it is left then.
 */
export async function registerPushToken(
  { registry, now }: Pick<IngestDeps, 'registry' | 'now'>,
  appId: string,
  uid: string,
  registration: Registration,
): Promise<void> {
  const { session } = registration;
  await registerDevice(registry, appId, uid, registration, now());
  // The login may have ended while the token was on its way; its tokens went with it, and this one must as well.
  if (session === undefined || (await sessionExists(registry, appId, session))) return;
  await removeDevices(registry, appId, uid, (device) => device.session === session);
  throw new FanfareError('AUTH_ERR_AUTH_TOKEN_NOT_FOUND', 'authToken: has been revoked');
}
