import { randomUUID } from 'node:crypto';
import type { Outcome } from '@fanfare/core';
import type { Behaviour, Faults, Simulator } from '@fanfare/simulator/app';

/** What the service does with one push. */
export type Treatment =
  | 'accept'
  | 'dead'
  | 'throttle in seconds'
  | 'throttle by date'
  | 'fail'
  | 'reject'
  | 'slow'
  | 'hang'
  | 'reset'
  | 'truncate'
  | 'oversize'
  | 'refuse once';

/** How long the throttled pushes are asked to wait, in seconds. */
export const WAIT_S = 600;

/** What the services count. */
interface Counts {
  received: number;
  answered: Record<string, number>;
  waiting: number;
  acceptedTwice: number;
}

/** One simulated service, in words that fit all of them. */
export interface Service {
  name: 'fcm' | 'apns' | 'webhook';
  /** The reason that the client must give for each refusal, or its whole outcome. */
  outcomes: {
    dead?: Partial<Outcome>;
    throttled: Partial<Outcome>;
    failed: Partial<Outcome>;
    rejected: Partial<Outcome>;
    truncated: Partial<Outcome>;
    badCredential: Partial<Outcome>;
  };
  /** A new addressee, a token or a uid, whose pushes are treated like this. */
  addressee(treatment: Treatment): string;
  counts(): Counts;
  setFaults(faults: Faults): void;
  /** Calls the listener after each request. */
  onRequest(listener: () => void): () => void;
}

const TOKENS: Record<Treatment, string> = {
  accept: 'tok_ok',
  dead: 'tok_unregistered',
  'throttle in seconds': `tok_429_after_${WAIT_S}`,
  'throttle by date': `tok_429_date_${WAIT_S}`,
  fail: 'tok_500',
  reject: 'tok_invalid',
  slow: 'tok_slow_200',
  hang: 'tok_hang',
  reset: 'tok_reset',
  truncate: 'tok_truncated',
  oversize: 'tok_oversize',
  'refuse once': 'tok_refused_once',
};

/** FCM or APNs, each with the reasons of the pushes it refuses. */
function pushService(name: 'fcm' | 'apns', simulator: Simulator, outcomes: Service['outcomes']): Service {
  const service = simulator[name];
  return {
    name,
    outcomes,
    addressee: (treatment) => `${TOKENS[treatment]}-${randomUUID()}`,
    counts: () => service.counts(),
    setFaults: (faults) => service.setFaults(faults),
    onRequest: (listener) => service.onRequest(listener),
  };
}

const fcm = (simulator: Simulator): Service =>
  pushService('fcm', simulator, {
    dead: { kind: 'token_dead', reason: 'UNREGISTERED' },
    throttled: { kind: 'throttled', reason: 'DEVICE_RATE_EXCEEDED' },
    failed: { kind: 'retryable', reason: 'INTERNAL' },
    rejected: { kind: 'rejected', reason: 'INVALID_ARGUMENT' },
    truncated: { kind: 'retryable', reason: 'connection_closed' },
    badCredential: { kind: 'credential_failing' },
  });

const apns = (simulator: Simulator): Service =>
  pushService('apns', simulator, {
    dead: { kind: 'token_dead', reason: 'Unregistered' },
    throttled: { kind: 'throttled', reason: 'TooManyRequests' },
    failed: { kind: 'retryable', reason: 'InternalServerError' },
    rejected: { kind: 'rejected', reason: 'InvalidPushType' },
    truncated: { kind: 'retryable', reason: 'connection_closed' },
    badCredential: { kind: 'credential_failing', reason: 'InvalidProviderToken' },
  });

/** What the webhook demands, unless its credential is bad. */
export const BASIC_AUTH = { username: 'fanfare', password: 'correct horse battery' };
/** The name of the receiver. */
export const ENDPOINT = 'conformance';

const OVERSIZE_BYTES = 32 * 1_048_576;

/** The answers to the uids that begin with these words. */
const behaviourOf = (treatment: Treatment): Behaviour => {
  switch (treatment) {
    case 'throttle in seconds':
      return { status: 429, headers: { 'retry-after': WAIT_S } };
    case 'throttle by date':
      return { status: 429, headers: { 'retry-after': new Date(Date.now() + WAIT_S * 1000).toUTCString() } };
    case 'fail':
      return { status: 500 };
    case 'reject':
      return { status: 400 };
    case 'slow':
      return { latencyMs: 200 };
    case 'hang':
      return { hang: true };
    case 'reset':
      return { reset: true };
    case 'truncate':
      return { truncate: true };
    case 'oversize':
      return { status: 500, body: ' '.repeat(OVERSIZE_BYTES) };
    default:
      return {};
  }
};

function webhook(simulator: Simulator): Service {
  const endpoint = simulator.endpoint(ENDPOINT);
  const uids: Record<string, Behaviour> = {};
  let basicAuth = BASIC_AUTH;
  let faults: Faults = {};
  const configure = (): void => {
    const { latencyMs, logNormalMs, errors: { refused: _, ...errors } = {} } = faults;
    endpoint.configure({ basicAuth, uids, faults: { latencyMs, logNormalMs, errors } });
  };
  return {
    name: 'webhook',
    outcomes: {
      throttled: { kind: 'throttled', reason: 'http_429' },
      failed: { kind: 'retryable', reason: 'http_500' },
      rejected: { kind: 'rejected', reason: 'http_400' },
      // An endpoint has answered once its status is read (docs/rules/delivery.md#webhook).
      truncated: { kind: 'accepted' },
      badCredential: { kind: 'rejected', reason: 'http_401' },
    },
    addressee(treatment) {
      const uid = randomUUID();
      uids[uid] = behaviourOf(treatment);
      configure();
      return uid;
    },
    counts: () => endpoint.counts(),
    setFaults(changed) {
      faults = changed;
      basicAuth = { ...BASIC_AUTH, ...(changed.badCredential && { password: 'revoked' }) };
      configure();
    },
    onRequest: (listener) => endpoint.onRequest(listener),
  };
}

/** All services, by name. */
export const SERVICES = { fcm, apns, webhook } as const;
