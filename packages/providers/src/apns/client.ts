import type { ApnsCredential, DevicePush, Outcome, Provider, TokenStore } from '@fanfare/core';
import type { OnConnection } from '../http2/connection-events.ts';
import { endpointOrigin, type Http2Client, type PoolTuning, poolFactory } from '../http2/create.ts';
import { codeIn, type OnUndocumented } from '../wire/undocumented.ts';
import { UNSHARED } from '../wire/unshared-tokens.ts';
import { ApnTransport } from './apn-transport.ts';
import { ApnsHttp2Transport } from './http2-transport.ts';
import { apnsOutcome, isDocumented, renewalFor } from './outcome.ts';
import { renderApns } from './payload.ts';
import type { ApnsOrigins, ApnsSent, ApnsTransport } from './transport.ts';

/** https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
const PRODUCTION = 'https://api.push.apple.com';
const SANDBOX = 'https://api.sandbox.push.apple.com';
const DEFAULT_TIMEOUT_MS = 10_000;

export interface ApnsProviderOptions {
  /** Ours (`http2`, the default) or node-apn. */
  transport?: 'http2' | 'apn';
  /** The client of the transport `http2`. Default: lean. */
  http2Client?: Http2Client;
  /** APNS_ENDPOINT, `https://host[:port]`; default Apple's. */
  endpoint?: string;
  /** APNS_SANDBOX_ENDPOINT, for credentials without `productionMode`; default Apple's. */
  sandboxEndpoint?: string;
  /** PEM certificates trusted in addition to those built into Node. */
  extraCa?: string;
  /** Total time for one request, milliseconds; default 10,000. */
  timeoutMs?: number;
  /** Called with an answer that Apple does not document. */
  onUndocumented?: OnUndocumented;
  /** Where provider tokens are shared; default: nowhere. For the transport `http2`. */
  tokens?: TokenStore;
  /** Called with what happens to our HTTP/2 connections. */
  onConnection?: OnConnection;
  /** Epoch milliseconds; default Date.now. */
  now?: () => number;
  /** In [0, 1); default Math.random. */
  random?: () => number;
  /** For the transport `http2`. */
  pool?: PoolTuning;
}

/**
 * APNs, with provider tokens. One request per push; a second one only where APNs refuses the first and asks for a new
 * provider token or a new connection, or does not know the token: then the other environment is tried. The caller
 * decides which device gets what; the device's platform decides how it looks (see `renderApns`). Throws when an
 * endpoint or `extraCa` is malformed.
 */
export function createApnsProvider(options: ApnsProviderOptions = {}): Provider<ApnsCredential, DevicePush> {
  const { now = Date.now } = options;
  const transport = createTransport(options);
  return {
    async send(push, credential) {
      const notification = renderApns(push, credential);
      if (notification === undefined) return { kind: 'rejected', reason: 'payload_too_large' };
      const { device, deadlineAt } = push;
      const isProduction = credential.productionMode !== (device.otherEnvironment ?? false);
      const sendTo = async (environment: keyof ApnsOrigins): Promise<Outcome> => {
        const request = { token: device.token, credential, environment, mayLeave: push.mayLeave };
        let sent = await transport.post(notification, request);
        const renewal = sent.kind === 'answered' ? renewalFor(sent.reply) : undefined;
        if (sent.kind === 'answered' && renewal !== undefined && (await sent.renew(renewal))) {
          sent = await transport.post(notification, request);
        }
        if (sent.kind === 'answered' && !isDocumented(sent.reply)) {
          const { status, reason } = sent.reply;
          options.onUndocumented?.({ provider: 'apns', status, word: codeIn(reason) });
        }
        return outcomeOf(sent, { id: notification.id, registeredAt: device.registeredAt, now: now(), deadlineAt });
      };
      const outcome = await sendTo(isProduction ? 'production' : 'sandbox');
      if (outcome.kind !== 'token_dead' || outcome.reason !== 'BadDeviceToken') return outcome;
      return inOther(outcome, await sendTo(isProduction ? 'sandbox' : 'production'), !device.otherEnvironment);
    },
    close: () => transport.close(),
  };
}

/**
 * The outcome for a token that one environment does not know, after the other was tried with the same key: "the device
 * token is for the wrong environment" has no reason of its own.
 * https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
 */
function inOther(unknown: Outcome, other: Outcome, otherEnvironment: boolean): Outcome {
  if (other.kind === 'accepted') return { ...other, otherEnvironment };
  // What says nothing about the token: the key is for one environment only, or the answer is not final.
  return other.kind === 'credential_failing' || other.kind === 'rejected' ? unknown : other;
}

const outcomeOf = (sent: ApnsSent, context: Parameters<typeof apnsOutcome>[1]): Outcome =>
  sent.kind === 'failed' ? sent.outcome : apnsOutcome(sent.reply, context);

function createTransport(options: ApnsProviderOptions): ApnsTransport {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, extraCa, now = Date.now, random = Math.random, pool } = options;
  const origins = {
    production: endpointOrigin(options.endpoint ?? PRODUCTION),
    sandbox: endpointOrigin(options.sandboxEndpoint ?? SANDBOX),
  };
  if (options.transport === 'apn') return new ApnTransport({ origins, extraCa, timeoutMs });
  const { http2Client: client, onConnection } = options;
  const createPool = poolFactory({ client, timeoutMs, extraCa, tuning: pool, onConnection, now, random });
  return new ApnsHttp2Transport(origins, createPool, { now, random, store: options.tokens ?? UNSHARED });
}
