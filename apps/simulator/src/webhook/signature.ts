import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** How far a timestamp may be from our clock, either way; what the reference libraries allow. */
const TOLERANCE_S = 5 * 60;

export interface Signed {
  headers: IncomingHttpHeaders;
  /** The exact bytes that came. */
  body: Buffer;
  /** Our clock, epoch ms. */
  now: number;
}

/**
 * What is wrong with a request's Standard Webhooks signature; undefined when it is good. One good signature of several
 * is enough: there are two while a secret is being rotated.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureProblem({ headers, body, now }: Signed, secret: string): string | undefined {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (typeof id !== 'string' || id === '') return 'webhook-id is missing';
  if (typeof timestamp !== 'string' || !/^\d+$/.test(timestamp)) return 'webhook-timestamp must be epoch seconds';
  if (typeof signatures !== 'string') return 'webhook-signature is missing';
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_S) {
    return `webhook-timestamp is more than ${TOLERANCE_S} s from the clock here`;
  }
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(' ').some((given) => isSignature(given, expected))
    ? undefined
    : 'webhook-signature has no v1 signature that fits';
}

function isSignature(given: string, expected: Buffer): boolean {
  if (!given.startsWith('v1,')) return false;
  const bytes = Buffer.from(given.slice('v1,'.length), 'base64');
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}
