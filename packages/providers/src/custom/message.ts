import { type CustomCredential, customBody, type Push } from '@fanfare/core';
import { toJson } from '../wire/json.ts';
import { type SignedMessage, signatureHeaders } from './sign.ts';

/** The version of the format (headers and body), not of the release. */
export const USER_AGENT = 'Fanfare/1.0';

/** `user:password` as required by HTTP Basic, in UTF-8: https://www.rfc-editor.org/rfc/rfc7617#section-2.1 */
export const basicToken = ({ username, password }: NonNullable<CustomCredential['basicAuth']>): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

/**
 * The headers that all pushes with a credential share, names and values in turn. Compression is declined: the answer's
 * beginning is read as text.
 */
export const constantHeaders = ({ basicAuth }: CustomCredential): string[] => [
  ...['content-type', 'application/json'],
  ...['accept-encoding', 'identity'],
  ...['user-agent', USER_AGENT],
  ...(basicAuth === undefined ? [] : ['authorization', `Basic ${basicToken(basicAuth)}`]),
];

/** The JSON of a push, serialized once: the bytes that are signed are the bytes that are sent. */
export const webhookBody = (push: Push): Buffer => Buffer.from(toJson(customBody(push)));

/**
 * The headers of one attempt. They always have the delivery's id, signed or not: receivers deduplicate by it.
 * `constant` are those of the credential.
 */
export const headersOf = (
  message: SignedMessage,
  constant: readonly string[],
  signingSecrets: readonly string[],
): string[] =>
  signingSecrets.length === 0
    ? [...constant, 'webhook-id', message.id]
    : [...constant, ...Object.entries(signatureHeaders(message, signingSecrets)).flat()];
