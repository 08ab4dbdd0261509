import { type Outcome, publicAppId } from '@fanfare/core';
import type { Logger } from '@fanfare/runtime';
import { countWebhookFailures, disableCustomProvider, forgetWebhookFailures } from '@fanfare/store';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

/** How often results are reported, ms. */
const REPORT_EVERY_MS = 1000;

/** How often it is reported at most that a webhook accepts, ms. */
const ACCEPTS_EVERY_MS = 60_000;

/** Apps whose last report is remembered. */
const MAX_APPS = 10_000;

/** Why a webhook is switched off that accepts nothing. */
const REASON = 'nothing_accepted_24h';

interface WebhookHealthDeps {
  registry: Redis;
  log: Logger;
  now(): number;
}

/** How the sends to the webhook of an app went since the last report. */
interface Results {
  url: string;
  failures: number;
  isAccepting: boolean;
}

/** Switches off webhooks that have accepted nothing for 24 hours. All senders count together. */
export class WebhookHealth {
  readonly #deps: WebhookHealthDeps;
  readonly #timer: NodeJS.Timeout;
  /** When it was last reported that an app's webhook accepts. */
  readonly #acceptedAt = new LRUCache<string, number>({ max: MAX_APPS });
  #results = new Map<string, Results>();

  constructor(deps: WebhookHealthDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.flush(), REPORT_EVERY_MS);
  }

  /** Notes the outcome of a send. */
  record(appId: string, url: string, { kind }: Outcome): void {
    if (kind === 'withheld') return;
    const known = this.#results.get(appId);
    const results = known?.url === url ? known : { url, failures: 0, isAccepting: false };
    if (results !== known) this.#results.set(appId, results);
    if (kind === 'accepted') results.isAccepting = true;
    else results.failures++;
  }

  /** Reports what was noted since the last time. */
  async flush(): Promise<void> {
    const all = [...this.#results];
    this.#results = new Map();
    await Promise.all(all.map(([appId, results]) => this.#report(appId, results))).catch((error: Error) =>
      this.#deps.log.warn({ reason: error.message }, 'webhook_health.not_reported'),
    );
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #report(appId: string, { url, failures, isAccepting }: Results): Promise<void> {
    const { registry, log } = this.#deps;
    const now = this.#deps.now();
    if (isAccepting) return this.#reportAccepting(appId, now);
    this.#acceptedAt.delete(appId);
    if (!(await countWebhookFailures(registry, appId, { url, failures, now }))) return;
    await disableCustomProvider(registry, appId, url, { reason: REASON, at: now });
    log.warn({ appId: publicAppId(appId), reason: REASON }, 'provider.disabled');
  }

  async #reportAccepting(appId: string, now: number): Promise<void> {
    if (now - (this.#acceptedAt.get(appId) ?? Number.NEGATIVE_INFINITY) < ACCEPTS_EVERY_MS) return;
    this.#acceptedAt.set(appId, now);
    await forgetWebhookFailures(this.#deps.registry, appId);
  }
}
