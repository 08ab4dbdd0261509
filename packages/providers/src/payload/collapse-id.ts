import { hash } from 'node:crypto';

/** Visible ASCII, since the id travels in an HTTP header: https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
const APNS_SAFE = /^[\x21-\x7e]{1,64}$/;
/** https://www.rfc-editor.org/rfc/rfc8030#section-5.4 */
const TOPIC_SAFE = /^[A-Za-z0-9_-]{1,32}$/;
const TOPIC_LENGTH = 32;

/**
 * A collapse key as `apns-collapse-id`: unchanged if it is at most 64 bytes of visible ASCII, else its SHA-256 in
 * base64url (43 bytes).
 * https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 */
export const collapseId = (key: string): string => (APNS_SAFE.test(key) ? key : sha256(key));

/**
 * A collapse key as the `Topic` of a web push: unchanged if it is at most 32 characters of base64url, else a hash of
 * that length.
 */
export const webPushTopic = (key: string): string => (TOPIC_SAFE.test(key) ? key : sha256(key).slice(0, TOPIC_LENGTH));

const sha256 = (text: string): string => hash('sha256', text, 'base64url');
