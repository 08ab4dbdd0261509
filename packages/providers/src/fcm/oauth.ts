import { createPrivateKey, sign } from 'node:crypto';
import type { FcmCredential, Outcome, SharedToken, TokenStore } from '@fanfare/core';
import type { Answer } from '../http2/connection.ts';
import type { CreatePool } from '../http2/create.ts';
import { unansweredOutcome } from '../http2/outcome.ts';
import type { SessionPool } from '../http2/pool.ts';
import { type Access, type Fetched, FleetTokens } from '../wire/fleet-tokens.ts';
import { parseObject, stringIn } from '../wire/json.ts';
import { plainWords } from '../wire/plain-words.ts';
import { waitAsked } from '../wire/retry-after.ts';
import { accountDigest, tokenUriProblem } from './credential.ts';

type ServiceAccount = FcmCredential['serviceAccount'];

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** https://firebase.google.com/docs/cloud-messaging/send/v1-api#authorize-http-v1-send-requests */
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** The longest lifetime of an assertion: https://developers.google.com/identity/protocols/oauth2/service-account */
const ASSERTION_LIFE_S = 3600;
/** A token this close to its expiry is not used. One that lives less than twice as long is used for half its life. */
const MARGIN_MS = 5 * MINUTE;
/**
 * The minimum use of a token, however short its life: pushes share one request. An expired one is refused and renewed.
 */
const LEAST_USE_MS = 10 * SECOND;
/**
 * A token fetched because the one before was refused is kept this long: if it is refused too, the account is, and
 * another would not help.
 */
const AFTER_REFUSAL_MS = MINUTE;
/** For a 429 without Retry-After. */
const USUAL_WAIT = { retryAfterMs: 60 * SECOND, byDefault: true } as const;
/** One connection is enough for occasional token requests. */
const TOKEN_POOL = { maxSessions: 1 };

/** How tokens are fetched. */
export interface AccessTokensOptions {
  createPool: CreatePool;
  store: TokenStore;
  /** The configured FCM_ENDPOINT, whose origin may also be a `token_uri`. */
  fcmEndpoint: string | undefined;
  /** Epoch ms. */
  now: () => number;
}

/**
 * OAuth access tokens of service accounts, fetched from their `token_uri` with a signed assertion (RFC 7523), one per
 * account for all processes. They are kept until five minutes before they expire (short-lived ones for half their
 * life). Our own implementation, because the Google library ignores `token_uri`.
 */
export class AccessTokens {
  readonly #options: AccessTokensOptions;
  readonly #tokens: FleetTokens<ServiceAccount>;
  readonly #pools = new Map<string, SessionPool>();

  constructor(options: AccessTokensOptions) {
    this.#options = options;
    const { store, now } = options;
    // By content: a changed key is another account.
    const nameOf = (account: ServiceAccount) => `fcm:${accountDigest(account)}`;
    this.#tokens = new FleetTokens({ store, now, nameOf, fetch: (...asked) => this.#fetch(...asked) });
  }

  /** A token to send with. A failure is an outcome: `credential_failing` when the account is refused. */
  current(account: ServiceAccount): Access | Promise<Access> {
    return this.#tokens.current(account);
  }

  /** FCM has refused this token: another. Undefined when it replaced a refused one less than a minute ago. */
  renew(account: ServiceAccount, refused: SharedToken): Promise<Access | undefined> {
    return this.#tokens.renew(account, refused);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  async #fetch(account: ServiceAccount, isRefused: boolean): Promise<Fetched> {
    const problem = tokenUriProblem(account.token_uri, this.#options);
    if (problem !== undefined) return { ok: false, outcome: failing('bad_token_uri', `token_uri ${problem}`) };
    const { origin, pathname, search } = new URL(account.token_uri);
    const form = new URLSearchParams({ grant_type: GRANT, assertion: assertionFor(account, this.#options.now()) });
    const result = await this.#pool(origin).request({
      path: `${pathname}${search}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    });
    if (!result.ok) return { ok: false, outcome: unansweredOutcome(result) };
    return readGrant(result.answer, { now: this.#options.now(), isRefused });
  }

  #pool(origin: string): SessionPool {
    const known = this.#pools.get(origin) ?? this.#options.createPool(origin, TOKEN_POOL);
    this.#pools.set(origin, known);
    return known;
  }
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
function readGrant(answer: Answer, { now, isRefused }: { now: number; isRefused: boolean }): Fetched {
  const { access_token: value, expires_in: lifeS } = parseObject(answer.body) ?? {};
  if (answer.status !== 200 || typeof value !== 'string' || typeof lifeS !== 'number') {
    return { ok: false, outcome: refusalOutcome(answer, now) };
  }
  const useUntil = now + usableMs(lifeS * SECOND);
  const expiresAt = Math.max(useUntil, now + lifeS * SECOND);
  return { ok: true, token: { value, useUntil, expiresAt, heldUntil: isRefused ? now + AFTER_REFUSAL_MS : now } };
}

const usableMs = (lifeMs: number): number => Math.max(LEAST_USE_MS, lifeMs / 2, lifeMs - MARGIN_MS);

/** https://www.rfc-editor.org/rfc/rfc7523#section-2.1 */
function assertionFor({ client_email, private_key_id, private_key, token_uri }: ServiceAccount, now: number): string {
  const iat = Math.floor(now / SECOND);
  const header = { alg: 'RS256', typ: 'JWT', ...(private_key_id === '' ? {} : { kid: private_key_id }) };
  const claims = { iss: client_email, scope: SCOPE, aud: token_uri, iat, exp: iat + ASSERTION_LIFE_S };
  const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('RSA-SHA256', Buffer.from(content), createPrivateKey(private_key));
  return `${content}.${signature.toString('base64url')}`;
}

/**
 * The outcome of an answer without a token: a 4xx refuses the account
 * (https://www.rfc-editor.org/rfc/rfc6749#section-5.2, `invalid_grant` when the key was deleted or our clock is wrong),
 * anything else may be temporary.
 */
function refusalOutcome({ status, headers, body }: Answer, now: number): Outcome {
  const json = parseObject(body);
  const reason = `oauth_${stringIn(json, 'error')?.match(/^[a-z_]{1,40}$/)?.[0] ?? `http_${status}`}`;
  if (status === 429) {
    const asked = waitAsked(headers['retry-after'], { now, deadlineAt: Number.POSITIVE_INFINITY });
    return { kind: 'throttled', ...(asked ?? USUAL_WAIT), reason };
  }
  const detail = plainWords(stringIn(json, 'error_description') ?? '');
  if (status >= 400 && status < 500 && status !== 408) return failing(reason, detail);
  return { kind: 'retryable', reason, ...(detail === undefined ? {} : { detail }) };
}

const failing = (reason: string, detail: string | undefined): Outcome & { kind: 'credential_failing' } => ({
  kind: 'credential_failing',
  reason,
  ...(detail === undefined ? {} : { detail }),
});
