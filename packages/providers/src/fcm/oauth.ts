import { createPrivateKey, sign } from 'node:crypto';
import type { FcmCredential, Outcome } from '@fanfare/core';
import type { Answer } from '../http2/connection.ts';
import type { CreatePool } from '../http2/create.ts';
import { unansweredOutcome } from '../http2/outcome.ts';
import type { SessionPool } from '../http2/pool.ts';
import { parseObject, stringIn } from '../wire/json.ts';
import { plainWords } from '../wire/plain-words.ts';
import { Recent } from '../wire/recent.ts';
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
/** How long a refusal is cached, so that waiting deliveries do not each repeat the request. */
const REFUSAL_MS = 30 * SECOND;
/** For a 429 without Retry-After. */
const USUAL_WAIT = { retryAfterMs: 60 * SECOND, byDefault: true } as const;
const CAPACITY = 10_000;
/** One connection is enough for occasional token requests. */
const TOKEN_POOL = { maxSessions: 1 };

/** An access token, or the reason there is none. */
export type Access = { ok: true; token: string } | { ok: false; outcome: Outcome };

interface Entry {
  token?: { value: string; usableUntil: number } | undefined;
  refusal?: { outcome: Outcome; until: number } | undefined;
  /** The exchange in progress. */
  pending?: Promise<Access> | undefined;
}

/** How tokens are fetched. */
export interface AccessTokensOptions {
  createPool: CreatePool;
  /** The configured FCM_ENDPOINT, whose origin may also be a `token_uri`. */
  fcmEndpoint: string | undefined;
  /** Epoch ms. */
  now: () => number;
}

/**
 * OAuth access tokens of service accounts, fetched from their `token_uri` with a signed assertion (RFC 7523). They are
 * kept until five minutes before they expire (short-lived ones for half their life), with one exchange at a time per
 * account. Our own implementation, because the Google library ignores `token_uri`.
 */
export class AccessTokens {
  readonly #options: AccessTokensOptions;
  readonly #entries = new Recent<Entry>(CAPACITY);
  readonly #pools = new Map<string, SessionPool>();

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  /** A token to send with. A failure is an outcome: `credential_failing` when the account is refused. */
  async get(account: ServiceAccount): Promise<Access> {
    const entry = this.#entry(account);
    const now = this.#options.now();
    if (entry.token !== undefined && now < entry.token.usableUntil) return { ok: true, token: entry.token.value };
    if (entry.refusal !== undefined && now < entry.refusal.until) return { ok: false, outcome: entry.refusal.outcome };
    entry.pending ??= this.#exchange(entry, account).finally(() => {
      entry.pending = undefined;
    });
    return await entry.pending;
  }

  /** FCM has refused this token: the next `get` fetches another, unless that has already happened. */
  forget(account: ServiceAccount, token: string): void {
    const entry = this.#entry(account);
    if (entry.token?.value === token) entry.token = undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  /** By content: a changed key is another account. */
  #entry(account: ServiceAccount): Entry {
    return this.#entries.get(accountDigest(account), () => ({}));
  }

  async #exchange(entry: Entry, account: ServiceAccount): Promise<Access> {
    const problem = tokenUriProblem(account.token_uri, this.#options);
    if (problem !== undefined) return { ok: false, outcome: failing('bad_token_uri', `token_uri ${problem}`) };
    const { origin, pathname, search } = new URL(account.token_uri);
    const form = new URLSearchParams({ grant_type: GRANT, assertion: assertionFor(account, this.#options.now()) });
    const result = await this.#pool(origin).request({
      path: `${pathname}${search}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    });
    return result.ok ? this.#read(entry, result.answer) : { ok: false, outcome: unansweredOutcome(result) };
  }

  #read(entry: Entry, answer: Answer): Access {
    const now = this.#options.now();
    const { access_token: token, expires_in: lifeS } = parseObject(answer.body) ?? {};
    if (answer.status === 200 && typeof token === 'string' && typeof lifeS === 'number') {
      entry.token = { value: token, usableUntil: now + usableMs(lifeS * SECOND) };
      return { ok: true, token };
    }
    const outcome = refusalOutcome(answer, now);
    if (outcome.kind === 'credential_failing') entry.refusal = { outcome, until: now + REFUSAL_MS };
    return { ok: false, outcome };
  }

  #pool(origin: string): SessionPool {
    const known = this.#pools.get(origin) ?? this.#options.createPool(origin, TOKEN_POOL);
    this.#pools.set(origin, known);
    return known;
  }
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
