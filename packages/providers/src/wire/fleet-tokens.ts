import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Outcome, SharedToken, TokenClaim, TokenStore } from '@fanfare/core';
import { Recent } from './recent.ts';

/** Cached credentials. */
const CAPACITY = 10_000;

/** How often, and at what interval, a token that another process is fetching is asked for: as long as a lease lives. */
const TRIES = 300;
const PAUSE_MS = 50;

/** How long a token that is due may be used before its successor is asked for again, ms. */
const AGAIN_MS = 250;

/** How long a refusal is cached, so that waiting deliveries do not each repeat the request. */
const REFUSAL_MS = 30_000;

/** How long the store may take to answer, ms: a connection may wait for Redis to return. */
const STORE_MS = 1000;

/** How long sends wait for the successor of a token that may still be used, ms. */
const PATIENCE_MS = 1000;

/** How long a token that is due is used before its successor is asked for again, if there is none to be had, ms. */
const AFTER_FAILURE_MS = 30_000;

/** A token to send with, or the reason there is none. */
export type Access = { ok: true; token: SharedToken } | { ok: false; outcome: Outcome };

/** A new token, or the reason there is none. */
export type Fetched = { ok: true; token: Omit<SharedToken, 'generation'> } | { ok: false; outcome: Outcome };

/** How the tokens of one kind of credential come about. */
export interface FleetTokensOptions<C> {
  store: TokenStore;
  /** Identifies a credential by its content. */
  nameOf(credential: C): string;
  /** Makes or fetches a token. `isRefused`: because the push service refused the one before. */
  fetch(credential: C, isRefused: boolean): Promise<Fetched>;
  /** Epoch ms. */
  now(): number;
}

interface Entry {
  token?: SharedToken | undefined;
  refusal?: { outcome: Outcome; until: number } | undefined;
  /** The one request for a token that this process makes at a time. */
  pending?: Promise<Access> | undefined;
}

/**
 * Tokens that all processes with a credential share: one process fetches, the others get what it has fetched. The copy
 * in memory needs no round trip. If they cannot be shared, this process uses what it has, or fetches its own.
 */
export class FleetTokens<C> {
  readonly #options: FleetTokensOptions<C>;
  readonly #entries = new Recent<Entry>(CAPACITY);

  constructor(options: FleetTokensOptions<C>) {
    this.#options = options;
  }

  /** The token to send with; not a promise when it is known. */
  current(credential: C): Access | Promise<Access> {
    const entry = this.#entry(credential);
    const now = this.#options.now();
    if (entry.token !== undefined && now < entry.token.useUntil) return { ok: true, token: entry.token };
    if (entry.refusal !== undefined && now < entry.refusal.until) {
      return this.#goOn(entry, AFTER_FAILURE_MS) ?? { ok: false, outcome: entry.refusal.outcome };
    }
    const obtained = this.#obtainOnce(entry, credential);
    return isLive(entry.token, now) ? this.#successor(entry, obtained) : obtained;
  }

  /**
   * The push service has refused this token: fetches another, unless that has already happened. Undefined when it is
   * too young to be replaced and has not expired: then a clock is wrong, or the credential itself is refused.
   */
  async renew(credential: C, refused: SharedToken): Promise<Access | undefined> {
    const entry = this.#entry(credential);
    if (entry.token?.generation === refused.generation) {
      const { heldUntil, expiresAt } = entry.token;
      if (this.#options.now() < Math.min(heldUntil, expiresAt)) return undefined;
      entry.token = undefined;
      return this.#obtainOnce(entry, credential, refused.generation);
    }
    return this.current(credential);
  }

  /** Keeps a token for this long from now, but not past its expiry, for all processes: too many have been seen. */
  hold(credential: C, token: SharedToken, forMs: number): void {
    const until = Math.min(this.#options.now() + forMs, token.expiresAt);
    const held = { ...token, useUntil: Math.max(token.useUntil, until), heldUntil: until };
    const entry = this.#entry(credential);
    if (entry.token?.generation === token.generation) entry.token = held;
    this.#options.store.extend(this.#options.nameOf(credential), held).catch(() => undefined);
  }

  #entry(credential: C): Entry {
    return this.#entries.get(this.#options.nameOf(credential), () => ({}));
  }

  #obtainOnce(entry: Entry, credential: C, refused?: string): Promise<Access> {
    entry.pending ??= this.#obtain(entry, credential, refused).finally(() => {
      entry.pending = undefined;
    });
    return entry.pending;
  }

  /** The successor of a token that is due; that token until it expires if there is none, or none within a second. */
  async #successor(entry: Entry, obtained: Promise<Access>): Promise<Access> {
    const access = await within(PATIENCE_MS, obtained);
    if (access?.ok) return access;
    return this.#goOn(entry, AFTER_FAILURE_MS) ?? access ?? obtained;
  }

  async #obtain(entry: Entry, credential: C, refused: string | undefined): Promise<Access> {
    const name = this.#options.nameOf(credential);
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await setTimeout(PAUSE_MS);
      const claim = await this.#claim(name, refused);
      switch (claim.kind) {
        case 'token':
          return use(entry, claim.token);
        case 'busy': {
          const access = this.#goOn(entry, AGAIN_MS);
          if (access) return access;
          break;
        }
        case 'fetch': {
          const access = await this.#fetchFor(entry, credential, claim.lease, refused);
          if (access !== 'too late') return access;
          break;
        }
        case 'unreachable':
          return this.#goOn(entry, AFTER_FAILURE_MS) ?? this.#fetch(entry, credential, refused);
        case 'unreadable':
          return this.#fetch(entry, credential, refused);
      }
    }
    return { ok: false, outcome: { kind: 'retryable', reason: 'token_not_fetched' } };
  }

  /** Claims a token. A lease that is granted too late is given back, so that no process waits for its end. */
  async #claim(name: string, refused: string | undefined): Promise<TokenClaim | { kind: 'unreachable' }> {
    const { store, now } = this.#options;
    const claiming = store.claim(name, now(), refused).catch(() => ({ kind: 'unreachable' }) as const);
    const claim = await within(STORE_MS, claiming);
    if (claim !== undefined) return claim;
    claiming
      .then((late) => (late.kind === 'fetch' ? store.abandon(name, late.lease) : undefined))
      .catch(() => undefined);
    return { kind: 'unreachable' };
  }

  /** The token that is due, for a little longer; undefined if there is none, or it has expired. */
  #goOn(entry: Entry, forMs: number): Access | undefined {
    const { token } = entry;
    const now = this.#options.now();
    if (!isLive(token, now)) return undefined;
    return use(entry, { ...token, useUntil: Math.min(now + forMs, token.expiresAt) });
  }

  /** Fetches a token for all processes; too late if the lease ended meanwhile: then another process has one. */
  async #fetchFor(
    entry: Entry,
    credential: C,
    lease: string,
    refused: string | undefined,
  ): Promise<Access | 'too late'> {
    const { store, nameOf, now } = this.#options;
    const name = nameOf(credential);
    let access: Access | undefined;
    try {
      access = await this.#fetch(entry, credential, refused);
    } finally {
      if (!access?.ok)
        await within(
          STORE_MS,
          store.abandon(name, lease).catch(() => undefined),
        );
    }
    if (!access.ok) return access;
    const isShared = await within(
      STORE_MS,
      store.publish(name, lease, access.token, now()).catch(() => true),
    );
    return isShared === false ? 'too late' : access;
  }

  async #fetch(entry: Entry, credential: C, refused: string | undefined): Promise<Access> {
    const fetched = await this.#options.fetch(credential, refused !== undefined);
    if (fetched.ok) return use(entry, { generation: randomUUID(), ...fetched.token });
    const { outcome } = fetched;
    if (outcome.kind === 'credential_failing') entry.refusal = { outcome, until: this.#options.now() + REFUSAL_MS };
    return { ok: false, outcome };
  }
}

const isLive = (token: SharedToken | undefined, now: number): token is SharedToken =>
  token !== undefined && now < token.expiresAt;

/** The result of work; undefined if it takes longer. */
const within = <T>(ms: number, work: Promise<T>): Promise<T | undefined> =>
  Promise.race([work, setTimeout(ms, undefined, { ref: false })]);

function use(entry: Entry, token: SharedToken): Access {
  entry.token = token;
  entry.refusal = undefined;
  return { ok: true, token };
}
