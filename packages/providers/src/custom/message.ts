import { type CustomCredential, customBody, type Push } from '@fanfare/core';
import { markNumber, SharedTemplates, withUnreadMark } from '../payload/shared-templates.ts';
import { fill, type Template, template } from '../payload/template.ts';
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

const UNREAD = markNumber();
const UID = `uid-${markNumber()}`;
const MARKS = { uid: `"${UID}"`, unread: String(UNREAD) };
/** Undefined: the body has to be built for each recipient. */
const bodies = new SharedTemplates<Template<keyof typeof MARKS> | undefined>();

/**
 * The JSON of a push, serialized once: the bytes that are signed are the bytes that are sent. What recipients share is
 * built once.
 */
export function webhookBody(push: Push): Buffer {
  const { shared, uid, details, appId, region } = push;
  const made = shared && bodies.get(shared, [appId, region], () => bodyTemplate({ ...push, details: shared }));
  if (made === undefined) return Buffer.from(toJson(customBody(push)));
  return fill(made, { uid: toJson(uid), unread: String(details.unreadMessageCount) });
}

function bodyTemplate(push: Push): Template<keyof typeof MARKS> | undefined {
  const details = withUnreadMark(push.details, UNREAD);
  const made = template<keyof typeof MARKS>(toJson(customBody({ ...push, uid: UID, details })), MARKS);
  return made.holes.length === (details.unreadMessageCount === undefined ? 1 : 2) ? made : undefined;
}

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
