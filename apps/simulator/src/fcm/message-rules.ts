import type { Refusal } from '../push/push-receiver.ts';
import { badToken, invalidArgument } from './errors.ts';
import type { FcmMessage } from './send-request.ts';

/** https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, INVALID_ARGUMENT */
const MAX_BYTES = 4_096;
const MAX_TOPIC_BYTES = 2_048;
/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#AndroidConfig: four weeks. */
const MAX_TTL_S = 2_419_200;
/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#Message, `data` */
const RESERVED_KEY = /^(?:from|message_type|gcm|gcm\..*|google.*)$/;
/** Real tokens have over 100 characters; names that control the simulator are accepted too. */
const TOKEN = /^(?:[\w:-]{10,}|tok_.+)$/;

/** https://www.rfc-editor.org/rfc/rfc8030#section-5 */
const WEBPUSH_HEADERS: Record<string, RegExp> = {
  ttl: /^\d{1,10}$/,
  topic: /^[A-Za-z0-9_-]{1,32}$/,
  urgency: /^(?:very-low|low|normal|high)$/,
};

/** The first reason why FCM refuses a well-formed message; undefined if there is none. */
export function refusalOf(message: FcmMessage | undefined): Refusal | undefined {
  if (!message || !(message.token || message.topic || message.condition)) {
    return invalidArgument('message', 'Recipient of the message is not set.');
  }
  for (const rule of RULES) {
    const refusal = rule(message);
    if (refusal) return refusal;
  }
  return undefined;
}

const RULES: readonly ((message: FcmMessage) => Refusal | undefined)[] = [
  checkDataKeys,
  checkTtl,
  checkWebpushHeaders,
  checkSize,
  ({ token }) => (token === undefined || TOKEN.test(token) ? undefined : badToken()),
];

function checkDataKeys({ data = {}, android }: FcmMessage): Refusal | undefined {
  const reserved = [...Object.keys(data), ...Object.keys(android?.data ?? {})].find((key) => RESERVED_KEY.test(key));
  return reserved === undefined ? undefined : invalidArgument('message.data', `Invalid data payload key: ${reserved}`);
}

function checkTtl({ android }: FcmMessage): Refusal | undefined {
  const seconds = Number(android?.ttl?.slice(0, -1) ?? 0);
  return seconds >= 0 && seconds <= MAX_TTL_S
    ? undefined
    : invalidArgument('message.android.ttl', `Invalid value for TTL: must be from 0 to ${MAX_TTL_S} seconds.`);
}

function checkWebpushHeaders({ webpush }: FcmMessage): Refusal | undefined {
  for (const [name, value] of Object.entries(webpush?.headers ?? {})) {
    const fits = WEBPUSH_HEADERS[name.toLowerCase()];
    if (fits && !fits.test(value)) {
      return invalidArgument('message.webpush.headers', `Invalid value for the Web Push header ${name}.`);
    }
  }
  return undefined;
}

/** Counts keys and values, as the limit is documented. */
function checkSize({ token, data, android, notification, apns }: FcmMessage): Refusal | undefined {
  const limit = token === undefined ? MAX_TOPIC_BYTES : MAX_BYTES;
  const bytes = bytesOf(android?.data ?? data) + bytesOf(notification);
  if (bytes > limit) return tooLarge('message', limit);
  const payload = apns?.payload && Buffer.byteLength(JSON.stringify(apns.payload));
  return payload && payload > MAX_BYTES ? tooLarge('message.apns.payload', MAX_BYTES) : undefined;
}

const tooLarge = (field: string, limit: number): Refusal =>
  invalidArgument(field, `Message is too large. The maximum is ${limit / 1_024}K (${limit} bytes).`);

function bytesOf(texts: Record<string, string> = {}): number {
  let bytes = 0;
  for (const key in texts) bytes += Buffer.byteLength(key) + Buffer.byteLength(texts[key] ?? '');
  return bytes;
}
