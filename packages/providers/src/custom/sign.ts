import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
/** Key sizes in bytes: 192 to 512 bits. */
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The signed data. */
export interface SignedMessage {
  /** The same for all attempts of a delivery: the receiver's idempotency key. */
  id: string;
  /** The exact bytes of the body. */
  body: Buffer;
  /** Time of this attempt, epoch milliseconds; sent in whole seconds. */
  sentAt: number;
}

/**
 * The headers of Standard Webhooks 1.0 with one `v1` signature (HMAC-SHA256) per secret, in order, separated by a
 * space: receivers accept any match, so a secret can be rotated. Secrets are `whsec_` and base64. Throws a TypeError
 * for one without a key, whose signature could be forged.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureHeaders(
  { id, body, sentAt }: SignedMessage,
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1000));
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', signingKey(secret)).update(`${id}.${timestamp}.`).update(body);
    return `v1,${mac.digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

function signingKey(secret: string): Buffer {
  const key = Buffer.from(withoutPrefix(secret), 'base64');
  if (key.length === 0) throw new TypeError('a signing secret holds no key');
  return key;
}

/** The base64 of a secret, which is a secret too. */
export const withoutPrefix = (secret: string): string =>
  secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;

/**
 * Why a signing secret is refused at configuration (one sentence without the secret), or undefined when it is fine:
 * `whsec_` and the base64 of 24 to 64 bytes, as required by Standard Webhooks.
 */
export function signingSecretProblem(secret: string): string | undefined {
  const encoded = withoutPrefix(secret);
  if (encoded === secret || !BASE64.test(encoded)) return `The signing secret must be ${PREFIX} followed by base64.`;
  const { length } = Buffer.from(encoded, 'base64');
  if (length >= MIN_KEY_BYTES && length <= MAX_KEY_BYTES) return undefined;
  return `The signing secret must hold ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes, not ${length}.`;
}
