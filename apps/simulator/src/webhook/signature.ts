import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The largest difference between a timestamp and our clock, as in the reference libraries. */
const TOLERANCE_S = 5 * 60;

export interface Signed {
  headers: IncomingHttpHeaders;
  /** The exact bytes received. */
  body: Buffer;
  /** Our clock, epoch ms. */
  now: number;
}

/**
 * The problem of a request's Standard Webhooks signature; undefined if it is valid. One valid signature of several is
 * enough: there are two during rotation of a secret.
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
    : 'webhook-signature has no matching v1 signature';
}

function isSignature(given: string, expected: Buffer): boolean {
  if (!given.startsWith('v1,')) return false;
  const bytes = Buffer.from(given.slice('v1,'.length), 'base64');
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}
