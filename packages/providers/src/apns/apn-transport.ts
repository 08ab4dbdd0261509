import { rootCertificates } from 'node:tls';
import type { ApnsCredential } from '@fanfare/core';
import apn from 'apn';
import { Recent } from '../wire/recent.ts';
import { certificatesIn } from '../wire/trust.ts';
import { WITHHELD } from '../wire/withheld.ts';
import { apnsKeyDigest } from './credential.ts';
import type { Renewal } from './outcome.ts';
import type { ApnsNotification } from './payload.ts';
import type { ApnsOrigins, ApnsRequest, ApnsSent, ApnsTransport } from './transport.ts';

/** Cached providers: one per key and environment in use. */
const MAX_PROVIDERS = 100;

/** How the library is configured. */
export interface ApnTransportOptions {
  origins: ApnsOrigins;
  extraCa: string | undefined;
  timeoutMs: number;
}

/**
 * Sends through node-apn, for comparison and low volume. Its limits: it opens one connection, abandons what is in
 * flight at a GOAWAY (so it may be sent twice), keeps a hung connection, hides Retry-After, and renews its token
 * whenever APNs calls it expired, even within 20 minutes. Its token is its own, not that of
 * the fleet. Its retries are off (`connectionRetryLimit: 0`).
 */
export class ApnTransport implements ApnsTransport {
  readonly #options: ApnTransportOptions;
  readonly #ca: string[] | undefined;
  readonly #providers = new Recent<apn.Provider>(MAX_PROVIDERS, (provider) => void provider.shutdown());

  constructor(options: ApnTransportOptions) {
    this.#options = options;
    this.#ca = options.extraCa === undefined ? undefined : [...rootCertificates, ...certificatesIn(options.extraCa)];
  }

  async post(
    notification: ApnsNotification,
    { token, credential, environment, mayLeave }: ApnsRequest,
  ): Promise<ApnsSent> {
    if (mayLeave?.() === false) return { kind: 'failed', outcome: WITHHELD };
    const { sent, failed } = await this.#provider(credential, environment).send(
      libraryNotification(notification),
      token,
    );
    if (sent.length > 0) {
      const reply = { status: 200, reason: undefined, timestamp: undefined, retryAfter: undefined, isEmpty: true };
      return { kind: 'answered', reply, renew };
    }
    return readFailure(failed[0]);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#providers.values()].map((provider) => provider.shutdown()));
  }

  #provider(credential: ApnsCredential, environment: keyof ApnsOrigins): apn.Provider {
    const { teamId, keyId, p8Key } = credential;
    const { hostname, port } = new URL(this.#options.origins[environment]);
    const make = (): apn.Provider =>
      new apn.Provider({
        token: { key: p8Key, keyId, teamId },
        address: hostname,
        port: port === '' ? 443 : Number(port),
        connectionRetryLimit: 0,
        requestTimeout: this.#options.timeoutMs,
        ...connectBudget(this.#options.timeoutMs),
        ...(this.#ca === undefined ? {} : { ca: this.#ca }),
      });
    return this.#providers.get(`${apnsKeyDigest(credential)} ${environment}`, make);
  }
}

/**
 * The library tries the addresses of a name in turn, each for 250 ms, and passes unknown settings on to Node: with
 * these, the first two get half of the time each.
 */
const connectBudget = (timeoutMs: number): object => ({ autoSelectFamilyAttemptTimeout: Math.ceil(timeoutMs / 2) });

/** The library renews its token by itself; its connection cannot be replaced. */
const renew = async (what: Renewal): Promise<boolean> => what === 'token';

function libraryNotification({ id, topic, pushType, priority, ...rest }: ApnsNotification): apn.Notification {
  const notification = new apn.Notification();
  notification.rawPayload = JSON.parse(String(rest.body));
  notification.id = id;
  notification.topic = topic;
  notification.pushType = pushType;
  notification.priority = priority;
  notification.expiry = rest.expiration;
  if (rest.collapseId !== undefined) notification.collapseId = rest.collapseId;
  return notification;
}

/**
 * Without a status the result is unknown: it may have been delivered. Some answers come as errors named like the
 * reason.
 */
function readFailure(failure: apn.ResponseFailure | undefined): ApnsSent {
  if (failure?.status === undefined) {
    return { kind: 'failed', outcome: { kind: 'retryable', reason: 'connection_closed' } };
  }
  const { status, response, error } = failure;
  const reason = response?.reason ?? (status === 500 ? 'InternalServerError' : error?.message);
  const timestamp = response?.timestamp === undefined ? undefined : Number(response.timestamp);
  return { kind: 'answered', reply: { status, reason, timestamp, retryAfter: undefined, isEmpty: false }, renew };
}
