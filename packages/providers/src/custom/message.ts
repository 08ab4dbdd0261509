import { type CustomCredential, customBody, type Push } from '@fanfare/core';
import { toJson } from '../wire/json.ts';
import { signatureHeaders } from './sign.ts';

/** One POST, ready to leave. */
export interface Message {
  headers: Record<string, string>;
  /** Serialised once: the bytes that are signed are the bytes that are sent. */
  body: Buffer;
}

/** The version is that of what is sent (headers and body), not of the release. */
export const USER_AGENT = 'Fanfare/1.0';

/** `user:password` as HTTP Basic wants it, in UTF-8: https://www.rfc-editor.org/rfc/rfc7617#section-2.1 */
export const basicToken = ({ username, password }: NonNullable<CustomCredential['basicAuth']>): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

/**
 * Builds the POST of one attempt. The delivery's id goes along signed or not: receivers tell by it what they have seen.
 * `now` (epoch ms) becomes the timestamp of the signature. Compression of the answer
 * is declined, since its first bytes are read as text.
 */
export function buildMessage(push: Push, { basicAuth, signingSecrets }: CustomCredential, now: number): Message {
  const body = Buffer.from(toJson(customBody(push)));
  const signed = { id: push.deliveryId, body, sentAt: now };
  return {
    headers: {
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      'user-agent': USER_AGENT,
      ...(basicAuth === undefined ? {} : { authorization: `Basic ${basicToken(basicAuth)}` }),
      'webhook-id': push.deliveryId,
      ...(signingSecrets.length === 0 ? {} : signatureHeaders(signed, signingSecrets)),
    },
    body,
  };
}
