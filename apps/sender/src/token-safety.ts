import { publicAppId } from '@fanfare/core';
import { type Refusal, TOKENS_GUARDED } from '@fanfare/ledger';
import type { Logger, Metrics } from '@fanfare/runtime';
import { type CredentialRef, countAccepted, type Device, judgeDeadToken, quarantineDevice } from '@fanfare/store';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

/** How often accepted sends are reported, ms. */
const REPORT_EVERY_MS = 1000;

/** How long the guard of a credential is shown without another report, ms. */
const SHOWN_MS = 10 * 60_000;

/** Credentials counted for; those not used lately are forgotten. */
const MAX_TALLIES = 10_000;

/** Reasons that a wrong credential or environment also causes for every valid token. */
const NEEDS_PROOF = new Set(['BadDeviceToken', 'DeviceTokenNotForTopic', 'SENDER_ID_MISMATCH']);

/** The sends of a credential that were accepted and not yet reported. */
export interface Tally {
  readonly credential: CredentialRef;
  accepted: number;
}

interface TokenSafetyDeps {
  registry: Redis;
  metrics: Metrics;
  log: Logger;
  now(): number;
}

/**
 * Sets devices aside whose tokens are reported dead, unless the reports themselves are doubtful: most answers of the
 * credential report dead tokens, or nothing was accepted that would prove it right
 * (docs/rules/delivery.md#token-safety). All senders count together.
 */
export class TokenSafety {
  readonly #deps: TokenSafetyDeps;
  readonly #tallies = new LRUCache<string, Tally>({ max: MAX_TALLIES });
  readonly #guarded = new Map<string, { credential: CredentialRef; since: number; until: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(deps: TokenSafetyDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.flush(), REPORT_EVERY_MS);
  }

  /** Where to count a credential's accepted sends. */
  tallyOf(credential: CredentialRef): Tally {
    const name = nameOf(credential);
    const known = this.#tallies.get(name);
    if (known) return known;
    const tally = { credential, accepted: 0 };
    this.#tallies.set(name, tally);
    return tally;
  }

  /** A push service has reported the token of a device dead. */
  async reportDead(tally: Tally, uid: string, device: Device, reason: string): Promise<void> {
    const { registry, metrics, log, now } = this.#deps;
    const { credential } = tally;
    const counts = { accepted: take(tally), needsProof: NEEDS_PROOF.has(reason), now: now() };
    const verdict = await judgeDeadToken(registry, credential, counts);
    metrics.deadTokens.inc({ provider: credential.kind, verdict });
    this.#note(credential, verdict === 'guarded');
    if (verdict !== 'quarantine') return;
    if (await quarantineDevice(registry, credential, uid, device, { reason, now: now() })) {
      metrics.tokensQuarantined.inc({ provider: credential.kind });
      log.debug({ appId: publicAppId(credential.appId), uid, reason }, 'token.quarantined');
    }
  }

  /** Reports what was accepted since the last time. */
  async flush(): Promise<void> {
    const { registry, log, now } = this.#deps;
    const counting = [...this.#tallies.values()]
      .filter(({ accepted }) => accepted > 0)
      .map((tally) => countAccepted(registry, tally.credential, take(tally), now()));
    await Promise.all(counting).catch((error: Error) => log.warn({ reason: error.message }, 'accepted.not_counted'));
  }

  /** Credentials of which tokens are kept although they are reported dead, for the operator. */
  guarded(): Refusal[] {
    const now = this.#deps.now();
    for (const [name, { until }] of this.#guarded) if (until <= now) this.#guarded.delete(name);
    return [...this.#guarded.values()].map(({ credential: { appId, kind, id }, since }) => ({
      appId,
      provider: kind,
      name: id,
      reason: TOKENS_GUARDED,
      since,
    }));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #note(credential: CredentialRef, isGuarded: boolean): void {
    const { log, now } = this.#deps;
    const name = nameOf(credential);
    const known = this.#guarded.get(name);
    if (!isGuarded) {
      this.#guarded.delete(name);
      return;
    }
    const since = known?.since ?? now();
    this.#guarded.set(name, { credential, since, until: now() + SHOWN_MS });
    const { appId, kind, id } = credential;
    if (!known) log.error({ appId: publicAppId(appId), kind, id }, 'tokens.guarded');
  }
}

function take(tally: Tally): number {
  const { accepted } = tally;
  tally.accepted = 0;
  return accepted;
}

const nameOf = ({ appId, kind, id }: CredentialRef): string => `${appId} ${kind} ${id}`;
