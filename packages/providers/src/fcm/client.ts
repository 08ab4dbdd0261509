import type { DevicePush, FcmCredential, Provider, SharedToken, TokenStore } from '@fanfare/core';
import type { OnConnection } from '../http2/connection-events.ts';
import { endpointOrigin, type Http2Client, type PoolTuning, poolFactory } from '../http2/create.ts';
import { codeIn, type OnUndocumented } from '../wire/undocumented.ts';
import { UNSHARED } from '../wire/unshared-tokens.ts';
import { fcmBody } from './body.ts';
import { FirebaseAdminTransport } from './firebase-admin-transport.ts';
import { FcmHttp2Transport } from './http2-transport.ts';
import { AccessTokens } from './oauth.ts';
import { fcmOutcome, isDocumented, wantsNewToken } from './outcome.ts';
import type { FcmRequest, FcmSent, FcmTransport } from './transport.ts';

/** https://firebase.google.com/docs/reference/fcm/rest */
const FCM = 'https://fcm.googleapis.com';
/** "Timeout of at least 10 seconds": https://firebase.google.com/docs/cloud-messaging/scale-fcm */
const DEFAULT_TIMEOUT_MS = 10_000;

export interface FcmProviderOptions {
  /** Ours (`http2`, the default) or firebase-admin's `send()`. */
  transport?: 'http2' | 'firebase-admin';
  /** The client of our HTTP/2 connections. Default: lean. */
  http2Client?: Http2Client;
  /**
   * FCM_ENDPOINT, `https://host[:port]`; default Google's. Access tokens come from the service account's `token_uri`.
   */
  endpoint?: string;
  /** PEM certificates trusted in addition to those built into Node. */
  extraCa?: string;
  /** Total time for one request, milliseconds; default 10,000. firebase-admin has its own 15 s. */
  timeoutMs?: number;
  /** Called with an answer that FCM does not document. */
  onUndocumented?: OnUndocumented;
  /** Where access tokens are shared; default: nowhere. */
  tokens?: TokenStore;
  /** Called with what happens to our HTTP/2 connections, those for access tokens included. */
  onConnection?: OnConnection;
  /** Epoch milliseconds; default Date.now. */
  now?: () => number;
  /** In [0, 1); default Math.random. */
  random?: () => number;
  /** For our HTTP/2 connections. */
  pool?: PoolTuning;
}

/**
 * FCM, by HTTP v1. One request per push; a second one only after a 401, with a new access token. The device's platform
 * decides how a push looks (see `fcmBody`). Throws when the endpoint or `extraCa` is malformed.
 */
export function createFcmProvider(options: FcmProviderOptions = {}): Provider<FcmCredential, DevicePush> {
  const { now = Date.now } = options;
  const connections = connect(options);
  return {
    async send(push, credential) {
      const { mayLeave, isDryRun = false } = push;
      const body = fcmBody(push, credential, now());
      if (body === undefined) return { kind: 'rejected', reason: 'payload_too_large' };
      const request = { body, account: credential.serviceAccount, mayLeave, isDryRun };
      const known = connections.tokens.current(request.account);
      // A promise for each push would cost more than the look.
      const access = known instanceof Promise ? await known : known;
      if (!access.ok) return access.outcome;
      const first = await connections.transport.post(request, access.token.value);
      const sent = isRefused(first) ? await postAgain(connections, request, access.token, first) : first;
      if (sent.kind === 'failed') return sent.outcome;
      if (!isDocumented(sent.reply)) {
        const { status, error } = sent.reply;
        options.onUndocumented?.({ provider: 'fcm', status, word: codeIn(error?.errorCode) });
      }
      return fcmOutcome(sent.reply, { now: now(), deadlineAt: push.deadlineAt, token: push.device.token });
    },
    async close() {
      await Promise.all([connections.transport.close(), connections.tokens.close()]);
    },
  };
}

interface Connections {
  tokens: AccessTokens;
  transport: FcmTransport;
}

const isRefused = (sent: FcmSent): boolean => sent.kind === 'answered' && wantsNewToken(sent.reply);

/** Posts once more, with another access token. Without one, the first answer stands. */
async function postAgain(
  { tokens, transport }: Connections,
  request: FcmRequest,
  refused: SharedToken,
  first: FcmSent,
): Promise<FcmSent> {
  const renewed = await tokens.renew(request.account, refused);
  if (renewed === undefined) return first;
  return renewed.ok ? transport.post(request, renewed.token.value) : { kind: 'failed', outcome: renewed.outcome };
}

function connect(options: FcmProviderOptions): Connections {
  const { now = Date.now, random = Math.random, timeoutMs = DEFAULT_TIMEOUT_MS, extraCa, pool } = options;
  const { http2Client: client, onConnection } = options;
  const origin = endpointOrigin(options.endpoint ?? FCM);
  const createPool = poolFactory({ client, timeoutMs, extraCa, tuning: pool, onConnection, now, random });
  const tokens = new AccessTokens({
    createPool,
    fcmEndpoint: options.endpoint,
    now,
    store: options.tokens ?? UNSHARED,
  });
  const library = options.transport === 'firebase-admin';
  const transport = library
    ? new FirebaseAdminTransport({ origin, extraCa, lookup: pool?.lookup })
    : new FcmHttp2Transport(createPool(origin));
  return { tokens, transport };
}
