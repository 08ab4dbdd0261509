import { FanfareClientError } from './errors.ts';
import type { WebhookBody } from './webhook-body.ts';

/** The headers of a request: `Headers` of `fetch`, or a record as in Node. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Options of `verifyWebhook`. */
export interface VerifyOptions {
  /** The largest difference between the timestamp and the local clock, in seconds; default 300. */
  toleranceS?: number;
  /** Epoch milliseconds; default Date.now. */
  now?: () => number;
}

const PREFIX = 'whsec_';
const VERSION = 'v1,';
const HMAC = { name: 'HMAC', hash: 'SHA-256' };

/** A WebCrypto key, under a name that Node's types have too. */
type Key = Awaited<ReturnType<typeof globalThis.crypto.subtle.importKey>>;

/**
 * Verifies that a webhook was signed with the secret, is unchanged and recent, by Standard Webhooks 1.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). One signature must
 * match one of the secrets; there may be several during rotation. `body` must be the exact bytes received, neither
 * parsed nor serialized again. A webhook may come more than once: remember its `webhook-id`.
 *
 * @returns the parsed body.
 * @throws FanfareClientError with a code `ERR_WEBHOOK_…`.
 */
export async function verifyWebhook<T = WebhookBody>(
  headers: WebhookHeaders,
  body: string | Uint8Array | ArrayBuffer,
  secrets: string | readonly string[],
  { toleranceS = 300, now = Date.now }: VerifyOptions = {},
): Promise<T> {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature').split(' ');
  checkTime(timestamp, toleranceS, now());
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body);
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  for (const secret of typeof secrets === 'string' ? [secrets] : secrets) {
    if (await anyFits(await keyOf(secret), signatures, signed)) return parse<T>(bytes);
  }
  throw new FanfareClientError('ERR_WEBHOOK_SIGNATURE', 'webhook-signature: none matches');
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = typeof headers.get === 'function' ? headers.get(name) : inRecord(headers as HeaderRecord, name);
  if (typeof value === 'string' && value !== '') return value;
  throw new FanfareClientError('ERR_WEBHOOK_HEADERS', `${name}: is missing`);
}

type HeaderRecord = Exclude<WebhookHeaders, { get(name: string): string | null }>;

const inRecord = (headers: HeaderRecord, name: string): string | undefined =>
  Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value)[0];

function checkTime(timestamp: string, toleranceS: number, now: number): void {
  if (/^\d+$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= toleranceS) return;
  const message = `webhook-timestamp: must be epoch seconds at most ${toleranceS} s from the clock here`;
  throw new FanfareClientError('ERR_WEBHOOK_TIMESTAMP', message);
}

async function keyOf(secret: string): Promise<Key> {
  const key = fromBase64(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  if (key?.length) return globalThis.crypto.subtle.importKey('raw', key, HMAC, false, ['verify']);
  throw new FanfareClientError('ERR_WEBHOOK_SECRET', `secret: must be ${PREFIX} followed by base64`);
}

/** Compared by WebCrypto, in constant time. */
async function anyFits(key: Key, signatures: string[], signed: Uint8Array<ArrayBuffer>): Promise<boolean> {
  for (const signature of signatures) {
    const bytes = signature.startsWith(VERSION) ? fromBase64(signature.slice(VERSION.length)) : undefined;
    if (bytes && (await globalThis.crypto.subtle.verify(HMAC, key, bytes, signed))) return true;
  }
  return false;
}

/** Undefined if the text is not base64. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function parse<T>(bytes: Uint8Array): T {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as T;
  } catch (cause) {
    throw new FanfareClientError('ERR_WEBHOOK_BODY', 'body: is not JSON', { cause });
  }
}
