import type { Lane, ProviderKind } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { type HeldCount, heldByProvider, readHeld } from '../held/counts.ts';
import { readGates } from '../held/gates.ts';
import { loadField } from '../keys.ts';
import { readLoad } from '../plan/plan.ts';
import { readRefusals, TOKENS_GUARDED } from './refusals.ts';

/**
 * An endpoint or credential that is not used for now, because it refuses; or, with the reason `TOKENS_GUARDED`, a
 * credential that is used, but whose reports of dead tokens are not believed. One that refuses and is guarded is
 * there twice. Holds no path and no secret.
 */
export interface Breaker {
  appId: string;
  provider: ProviderKind;
  target: 'endpoint' | 'credential';
  /** The origin of the webhook, or the id of the credential. */
  name: string;
  /** A stable code: `http_503`, `timeout`, …; or `TOKENS_GUARDED`. */
  reason: string;
  /** When it began, epoch ms. */
  since: number;
  /** When it is tried again, epoch ms; absent while nothing is held for it. */
  until?: number;
  /** Deliveries outside the queues until it works again, by lane. */
  held: Record<Lane, number>;
  /** All deliveries of the app that wait for this provider, in the queues or held. */
  waiting: number;
}

/** The state of held deliveries. */
export interface HeldState {
  /** Most deliveries first. */
  breakers: Breaker[];
  /** All held deliveries by lane, with those that only wait because there is too much to send. */
  held: Record<Lane, number>;
}

const none = (): Record<Lane, number> => ({ call: 0, chat: 0, bulk: 0 });

/** What is held, and the endpoints and credentials that it waits for, over all shards. */
export async function readHeldState(redis: Redis, shards: number): Promise<HeldState> {
  const [counts, refusals] = await Promise.all([readHeld(redis, shards), readRefusals(redis, shards)]);
  const gates = await openGatesOf(redis, shards, counts);
  const held = none();
  const found = new Map<string, Counting>();
  for (const { appId, provider, name, reason, since, waiting } of refusals) {
    found.set(idOf({ appId, provider, name, reason }), newBreaker({ appId, provider, name, reason, since }, waiting));
  }
  for (const [i, count] of counts.entries()) {
    held[count.lane] += count.count;
    const { appId, provider } = count;
    const subject = { appId, provider, name: shownName(count) };
    const gate = gates[i];
    const breaker = found.get(idOf(subject)) ?? (gate && newBreaker({ ...subject, ...gate }));
    if (!breaker) continue;
    breaker.held[count.lane] += count.count;
    if (gate) {
      breaker.since = Math.min(breaker.since, gate.since);
      breaker.until = Math.max(breaker.until ?? 0, gate.openUntil);
    }
    found.set(idOf(subject), breaker);
  }
  const breakers: Breaker[] = await Promise.all(
    [...found.values()].map((one) => withWaiting(redis, shards, counts, one)),
  );
  return { breakers: breakers.sort((a, b) => b.waiting - a.waiting || a.since - b.since), held };
}

type Subject = Pick<Breaker, 'appId' | 'provider' | 'name'>;

/** A guard is apart from the refusals of its credential, and no gate is open for it. */
const idOf = ({ appId, provider, name, reason }: Subject & { reason?: string }): string =>
  JSON.stringify([appId, provider, name, reason === TOKENS_GUARDED]);

type Counting = Omit<Breaker, 'waiting'> & { waiting: number | undefined };

const newBreaker = (
  { appId, provider, name, reason, since }: Subject & Pick<Breaker, 'reason' | 'since'>,
  waiting?: number,
): Counting => {
  const target = provider === 'custom' ? 'endpoint' : 'credential';
  return { appId, provider, target, name, reason, since, held: none(), waiting };
};

/** What waits for a breaker that no sender has reported yet. */
async function withWaiting(
  redis: Redis,
  shards: number,
  counts: readonly HeldCount[],
  breaker: Counting,
): Promise<Breaker> {
  const { appId, provider, waiting } = breaker;
  if (waiting !== undefined) return { ...breaker, waiting };
  const ready = (await readLoad(redis, appId, [provider], shards)).get(provider) ?? 0;
  return { ...breaker, waiting: ready + (heldByProvider(counts).get(loadField(appId, provider)) ?? 0) };
}

/** How the gates of these stand, the one of any shard that opens last; undefined for those closed in all. */
export async function openGatesOf(redis: Redis, shards: number, counts: readonly HeldCount[]) {
  const perShard = await Promise.all(Array.from({ length: shards }, (_, shard) => readGates(redis, shard, counts)));
  return counts.map((_, i) =>
    perShard.map((gates) => gates[i]).reduce((a, b) => (b && (!a || b.openUntil > a.openUntil) ? b : a), undefined),
  );
}

/** A gate's name without what tells several apart: the digest of a webhook, a credential's system and version. */
const shownName = ({ provider, name }: HeldCount): string =>
  provider === 'custom' ? name.replace(/#[^#]*$/, '') : name.replace(/\|[^|]*\|[^|]*$/, '');
