import type { AppSettings } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import type { SecretBox } from './secrets.ts';

/** Where an app's groups get their members from, with the decrypted signing secret for requests. */
export interface Membership {
  url: string;
  secret?: string;
}

/** The field of an app's hash with the encrypted secret. */
export const MEMBERSHIP_SECRET = 'membership:secret';

/** What binds the encrypted secret to its app. */
export const membershipContext = (appId: string): string => `${appId}|membership|membership`;

/** Encrypts the signing secret for member requests, as `changeSettings` takes it. */
export const sealMembershipSecret = (box: SecretBox, appId: string, secret: string): string =>
  box.seal(secret, membershipContext(appId));

/** Whether requests for members are signed; the secret itself is never shown. */
export const hasMembershipSecret = async (redis: Redis, appId: string): Promise<boolean> =>
  (await redis.hexists(keys.app(appId), MEMBERSHIP_SECRET)) === 1;

/**
 * From the app's hash, already read; undefined if members are our own lists. @throws when the secret cannot be
 * decrypted.
 */
export function decodeMembership(
  box: SecretBox,
  { appId, settings: { membership } }: { appId: string; settings: AppSettings },
  hash: Record<string, string>,
): Membership | undefined {
  if (!membership) return undefined;
  const sealed = hash[MEMBERSHIP_SECRET];
  return { url: membership.url, ...(sealed ? { secret: box.open(sealed, membershipContext(appId)) } : {}) };
}

/** Whether a secret given for one URL may be used for another: it never goes to a server it was not given for. */
export const sameOrigin = (before: string | undefined, after: string | undefined): boolean =>
  before !== undefined && after !== undefined && new URL(before).origin === new URL(after).origin;
