import { scriptOf } from '../push/token-script.ts';
import type { Signer } from './apns-keys.ts';
import type { Reason } from './reasons.ts';

/** The headers and body of a push. */
export interface ApnsPush {
  token: string;
  environment: 'production' | 'sandbox';
  header(name: string): string | undefined;
  /** Size of the text in UTF-8; undefined if it was larger than what was read. */
  bytes: number | undefined;
  /** The parsed body. */
  json: unknown;
  signer: Pick<Signer, 'bundleIds'>;
}

/**
 * The suffix of the topic after the bundle id, by push type.
 * https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 */
const SUFFIX: Record<string, string> = {
  alert: '',
  background: '',
  complication: '.complication',
  controls: '.push-type.controls',
  fileprovider: '.pushkit.fileprovider',
  liveactivity: '.push-type.liveactivity',
  location: '.location-query',
  mdm: '',
  pushtotalk: '.voip-ptt',
  voip: '.voip',
  widgets: '.push-type.widgets',
};
const SUFFIXES = Object.values(SUFFIX).filter((suffix) => suffix !== '');
const PRIORITIES = new Set(['1', '5', '10']);
const MAX_COLLAPSE_ID_BYTES = 64;
const MAX_PAYLOAD_BYTES = 4_096;
/** Also the largest limit of all. */
export const MAX_VOIP_PAYLOAD_BYTES = 5_120;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Apple fixes no length but never went below this one; names that control the simulator are accepted too. */
const DEVICE_TOKEN = /^(?:(?:[0-9a-f]{2}){32,100}|tok_.+)$/i;

/** The `apns-id` of a push, if valid. */
export const apnsIdOf = (id: string | undefined): string | undefined => (id && UUID.test(id) ? id : undefined);

/** The first problem of a push, in APNs' order of checks; undefined if there is none. */
export function problemOf(push: ApnsPush): Reason | undefined {
  for (const check of CHECKS) {
    const reason = check(push);
    if (reason) return reason;
  }
  return undefined;
}

const CHECKS: readonly ((push: ApnsPush) => Reason | undefined)[] = [
  checkTopic,
  ({ token }) => (failureOf(token) === 'mismatch' ? 'DeviceTokenNotForTopic' : undefined),
  ({ token }) => (failureOf(token) === 'bad' || !DEVICE_TOKEN.test(token) ? 'BadDeviceToken' : undefined),
  // "The device token is for the wrong environment" has no reason of its own.
  ({ token, environment }) => (token.startsWith(`tok_${OTHER[environment]}`) ? 'BadDeviceToken' : undefined),
  checkPushType,
  checkPriority,
  ({ header }) => (/^(\d{1,10})?$/.test(header('apns-expiration') ?? '') ? undefined : 'BadExpirationDate'),
  ({ header }) =>
    Buffer.byteLength(header('apns-collapse-id') ?? '') > MAX_COLLAPSE_ID_BYTES ? 'BadCollapseId' : undefined,
  ({ header }) => (header('apns-id') && !apnsIdOf(header('apns-id')) ? 'BadMessageId' : undefined),
  checkPayload,
];

/** Tokens named `tok_sandbox…` and `tok_production…` are of that environment, all others of both. */
const OTHER = { production: 'sandbox', sandbox: 'production' } as const;

const failureOf = (token: string) => scriptOf(token)?.step.failure?.kind;

function checkTopic({ header, signer }: ApnsPush): Reason | undefined {
  const topic = header('apns-topic');
  if (!topic) return 'MissingTopic';
  if (!/^[A-Za-z0-9.-]+$/.test(topic)) return 'BadTopic';
  const suffix = SUFFIXES.find((candidate) => topic.endsWith(candidate)) ?? '';
  const bundleId = topic.slice(0, topic.length - suffix.length);
  return !signer.bundleIds || signer.bundleIds.has(bundleId) || signer.bundleIds.has(topic)
    ? undefined
    : 'TopicDisallowed';
}

/** Without a push type, APNs decides by the topic. A bundle id may end like a topic for calls. */
function checkPushType({ header, signer }: ApnsPush): Reason | undefined {
  const type = header('apns-push-type');
  if (type === undefined) return undefined;
  const suffix = SUFFIX[type];
  if (suffix === undefined) return 'InvalidPushType';
  const topic = header('apns-topic') ?? '';
  if (!topic.endsWith(suffix)) return 'BadTopic';
  const isForCalls = topic.endsWith('.voip') && !signer.bundleIds?.has(topic);
  return suffix === '' && isForCalls ? 'InvalidPushType' : undefined;
}

/** The default priority is 10, which background pushes may not have. */
function checkPriority({ header }: ApnsPush): Reason | undefined {
  const priority = header('apns-priority') ?? '10';
  if (!PRIORITIES.has(priority)) return 'BadPriority';
  return header('apns-push-type') === 'background' && priority !== '5' ? 'BadPriority' : undefined;
}

function checkPayload({ header, bytes, json }: ApnsPush): Reason | undefined {
  const type = header('apns-push-type');
  const voip = type === undefined ? header('apns-topic')?.endsWith('.voip') : type === 'voip';
  if (bytes === undefined || bytes > (voip ? MAX_VOIP_PAYLOAD_BYTES : MAX_PAYLOAD_BYTES)) return 'PayloadTooLarge';
  const filled = typeof json === 'object' && json !== null && !Array.isArray(json) && Object.keys(json).length > 0;
  return filled ? undefined : 'PayloadEmpty';
}
