import type { ApnsCredential, SharedToken } from '@fanfare/core';
import type { CreatePool } from '../http2/create.ts';
import { unansweredOutcome } from '../http2/outcome.ts';
import type { SessionPool } from '../http2/pool.ts';
import type { PoolResult } from '../http2/result.ts';
import { wellFormed } from '../wire/json.ts';
import { Recent } from '../wire/recent.ts';
import { apnsKeyDigest } from './credential.ts';
import { ProviderTokens, type ProviderTokensOptions } from './jwt.ts';
import type { Renewal } from './outcome.ts';
import type { ApnsNotification } from './payload.ts';
import { type ApnsOrigins, type ApnsRequest, type ApnsSent, type ApnsTransport, readBody } from './transport.ts';

/** Cached pools: one per key and environment in use. */
const MAX_POOLS = 1000;

/**
 * How connections to APNs differ: many streams on few connections, and a single stream until a provider token has been
 * accepted, which every answer but 403 shows.
 * https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
 */
const APNS_POOL = { maxSessions: 4, provenBy: (status: number) => status !== 403 };

/** Of every notification another. */
const UNREPEATED: ReadonlySet<string> = new Set([':path', 'apns-id', 'apns-expiration', 'apns-collapse-id']);

/** Sends through our own HTTP/2 pools; a connection never carries the tokens of two keys. */
export class ApnsHttp2Transport implements ApnsTransport {
  readonly #origins: ApnsOrigins;
  readonly #createPool: CreatePool;
  readonly #tokens: ProviderTokens;
  readonly #pools = new Recent<SessionPool>(MAX_POOLS, (pool) => void pool.close());
  readonly #authorizations = new WeakMap<SharedToken, string>();

  constructor(origins: ApnsOrigins, createPool: CreatePool, tokens: ProviderTokensOptions) {
    this.#origins = origins;
    this.#createPool = createPool;
    this.#tokens = new ProviderTokens(tokens);
  }

  async post(
    notification: ApnsNotification,
    { token, credential, environment, mayLeave }: ApnsRequest,
  ): Promise<ApnsSent> {
    const known = this.#tokens.current(credential);
    const access = known instanceof Promise ? await known : known;
    if (!access.ok) return { kind: 'failed', outcome: access.outcome };
    const jwt = access.token;
    const result = await this.#pool(credential, environment).request({
      path: pathOf(token),
      headers: headersOf(notification, this.#authorization(jwt)),
      body: notification.body,
      mayLeave,
      unrepeated: UNREPEATED,
    });
    return result.ok ? this.#read(result, credential, jwt) : { kind: 'failed', outcome: unansweredOutcome(result) };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  /** One text for each token, which HPACK then finds without comparing it. */
  #authorization(jwt: SharedToken): string {
    const known = this.#authorizations.get(jwt);
    if (known !== undefined) return known;
    const made = `bearer ${jwt.value}`;
    this.#authorizations.set(jwt, made);
    return made;
  }

  #pool(credential: ApnsCredential, environment: keyof ApnsOrigins): SessionPool {
    const make = () => this.#createPool(this.#origins[environment], APNS_POOL);
    return this.#pools.get(`${apnsKeyDigest(credential)} ${environment}`, make);
  }

  #read({ answer, connection }: PoolResult & { ok: true }, credential: ApnsCredential, jwt: SharedToken): ApnsSent {
    const { status, headers, body } = answer;
    const reply = { status, ...readBody(body), retryAfter: headers['retry-after'] };
    if (reply.reason === 'TooManyProviderTokenUpdates') this.#tokens.hold(credential, jwt);
    const renew = async (what: Renewal): Promise<boolean> => {
      if (what === 'token') return this.#tokens.renew(credential, jwt);
      connection.retire();
      return true;
    };
    return { kind: 'answered', reply, renew };
  }
}

/** Tokens are hexadecimal; what an app has registered instead is for APNs to refuse. */
const HEXADECIMAL = /^[0-9A-Fa-f]+$/;

const pathOf = (token: string): string =>
  `/3/device/${HEXADECIMAL.test(token) ? token : encodeURIComponent(wellFormed(token))}`;

function headersOf(notification: ApnsNotification, authorization: string): Record<string, string> {
  const headers = apnsHeaders(notification);
  headers.authorization = authorization;
  return headers;
}

/** The headers of a notification, without the provider token. */
export function apnsHeaders(notification: ApnsNotification): Record<string, string> {
  const { id, topic, pushType, priority, expiration, collapseId } = notification;
  const headers: Record<string, string> = {
    'apns-id': id,
    'apns-topic': topic,
    'apns-push-type': pushType,
    'apns-priority': String(priority),
    'apns-expiration': String(expiration),
  };
  if (collapseId !== undefined) headers['apns-collapse-id'] = collapseId;
  return headers;
}
