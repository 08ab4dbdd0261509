import type { CustomCredential } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { writeAppFields } from './apps.ts';
import { keys } from './keys.ts';
import type { SecretBox } from './secrets.ts';
import { forgetWebhookFailures } from './webhook-health.ts';

/** The custom provider as configured, with decrypted secrets. */
export interface CustomProviderConfig extends CustomCredential {
  isEnabled: boolean;
  /** The previous secret, and until when (epoch ms) POSTs are also signed with it. */
  previousSecret?: { secret: string; until: number } | undefined;
}

/** The input to `writeCustomProvider`. */
export interface CustomProviderInput extends Omit<CustomProviderConfig, 'signingSecrets'> {
  signingSecret?: string | undefined;
}

/** The custom provider without its secrets. */
export interface CustomProviderView {
  providerId: 'custom';
  isEnabled: boolean;
  webhookURL: string;
  useBasicAuth: boolean;
  basicAuthUsername?: string;
  /** Whether POSTs are signed. */
  signed: boolean;
  /** Set when the system switched it off: why, and when (epoch ms). */
  disabled?: { reason: string; at: number };
}

/** The stored form: secrets encrypted, the rest readable. */
interface Stored {
  isEnabled: boolean;
  webhookURL: string;
  basicAuthUsername?: string;
  signed: boolean;
  sealed: string;
}

/** The encrypted part. */
interface Secrets {
  basicAuthPassword?: string | undefined;
  signingSecret?: string | undefined;
  previousSecret?: { secret: string; until: number } | undefined;
}

const FIELD = 'p:custom';
const OFF = 'off:custom';

const additionalData = (appId: string) => `${appId}|custom|custom`;

/**
 * Writes the custom provider, switching it on again if the system had switched it off. False when there is no such app.
 */
export async function writeCustomProvider(
  redis: Redis,
  box: SecretBox,
  appId: string,
  config: CustomProviderInput,
): Promise<boolean> {
  const { isEnabled, webhookURL, basicAuth, signingSecret, previousSecret } = config;
  const secrets: Secrets = { basicAuthPassword: basicAuth?.password, signingSecret, previousSecret };
  const stored: Stored = {
    isEnabled,
    webhookURL,
    ...(basicAuth ? { basicAuthUsername: basicAuth.username } : {}),
    signed: signingSecret !== undefined,
    sealed: box.seal(JSON.stringify(secrets), additionalData(appId)),
  };
  await forgetWebhookFailures(redis, appId);
  return writeAppFields(redis, appId, { [FIELD]: JSON.stringify(stored), [OFF]: '' });
}

/** The custom provider with its secrets, or undefined when there is none. For senders only. */
export async function readCustomProvider(
  redis: Redis,
  box: SecretBox,
  appId: string,
  now: number,
): Promise<CustomProviderConfig | undefined> {
  return decodeCustomProvider(box, appId, await redis.hgetall(keys.app(appId)), now);
}

/** The same from the app's hash, already read. `enabled` is false for a provider that was switched off. */
export function decodeCustomProvider(
  box: SecretBox,
  appId: string,
  hash: Record<string, string>,
  now: number,
): CustomProviderConfig | undefined {
  const stored = parse(hash);
  if (!stored) return undefined;
  const secrets = JSON.parse(box.open(stored.sealed, additionalData(appId))) as Secrets;
  const { signingSecret, previousSecret } = secrets;
  const previous = previousSecret && previousSecret.until > now ? [previousSecret.secret] : [];
  const username = stored.basicAuthUsername;
  return {
    isEnabled: isCustomEnabled(hash),
    webhookURL: stored.webhookURL,
    ...(username === undefined ? {} : { basicAuth: { username, password: secrets.basicAuthPassword ?? '' } }),
    signingSecrets: signingSecret === undefined ? [] : [signingSecret, ...previous],
    ...(previous.length > 0 ? { previousSecret } : {}),
  };
}

/** Whether deliveries go to the custom provider, according to the app's hash. */
export const isCustomEnabled = (hash: Record<string, string>): boolean => parse(hash)?.isEnabled === true && !hash[OFF];

/** The URL of the custom provider, according to the app's hash. */
export const webhookURLOf = (hash: Record<string, string>): string | undefined => parse(hash)?.webhookURL;

/** The custom provider without its secrets, or undefined when there is none. */
export async function viewCustomProvider(redis: Redis, appId: string): Promise<CustomProviderView | undefined> {
  const hash = await redis.hgetall(keys.app(appId));
  const stored = parse(hash);
  if (!stored) return undefined;
  return {
    providerId: 'custom',
    isEnabled: isCustomEnabled(hash),
    webhookURL: stored.webhookURL,
    useBasicAuth: stored.basicAuthUsername !== undefined,
    ...(stored.basicAuthUsername === undefined ? {} : { basicAuthUsername: stored.basicAuthUsername }),
    signed: stored.signed,
    ...(hash[OFF] ? { disabled: JSON.parse(hash[OFF]) as { reason: string; at: number } } : {}),
  };
}

/** Removes it; false when there was none. */
export async function deleteCustomProvider(redis: Redis, appId: string): Promise<boolean> {
  const removed = await redis.hdel(keys.app(appId), FIELD, OFF);
  if (removed > 0) await writeAppFields(redis, appId, {});
  return removed > 0;
}

/**
 * Switches it off until an operator changes it or a test is accepted, after the endpoint said that it is gone for good,
 * or accepted nothing for a day. Does nothing if its URL has changed since.
 */
export async function disableCustomProvider(
  redis: Redis,
  appId: string,
  webhookURL: string,
  why: { reason: string; at: number },
): Promise<void> {
  const stored = parse(await redis.hgetall(keys.app(appId)));
  if (stored?.webhookURL === webhookURL) await writeAppFields(redis, appId, { [OFF]: JSON.stringify(why) });
}

/** Switches it on again if the system had switched it off. */
export async function enableCustomProvider(redis: Redis, appId: string): Promise<void> {
  await forgetWebhookFailures(redis, appId);
  if (await redis.hget(keys.app(appId), OFF)) await writeAppFields(redis, appId, { [OFF]: '' });
}

const parse = (hash: Record<string, string>): Stored | undefined =>
  hash[FIELD] ? (JSON.parse(hash[FIELD]) as Stored) : undefined;
