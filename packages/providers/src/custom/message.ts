import { type CustomCredential, customBody, type Push } from '@fanfare/core';
import { toJson } from '../wire/json.ts';
import { signatureHeaders } from './sign.ts';

/** One POST, ready to be sent. */
export interface Message {
  headers: Record<string, string>;
  /** Serialized once: the bytes that are signed are the bytes that are sent. */
  body: Buffer;
}

/** The version of the format (headers and body), not of the release. */
export const USER_AGENT = 'Fanfare/1.0';

/** `user:password` as required by HTTP Basic, in UTF-8: https://www.rfc-editor.org/rfc/rfc7617#section-2.1 */
export const basicToken = ({ username, password }: NonNullable<CustomCredential['basicAuth']>): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

/**
 * Builds the POST of one attempt. It always has the delivery's id, signed or not: receivers deduplicate by it. `now`
 * (epoch ms) becomes the timestamp of the signature. Compression of the answer is declined, since its first bytes are
 * read as text.
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
