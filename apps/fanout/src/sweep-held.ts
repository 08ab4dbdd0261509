import type { ProviderKind } from '@fanfare/core';
import { type Gate, gatesWithLate, type Released, readEvent, releaseLate } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';
import { expire } from './enqueue.ts';

/** Gates swept in a run, per shard: those with the earliest deadlines. */
const GATES = 20;

/** A gate whose held deliveries are too late. */
interface Late {
  shard: number;
  gate: Gate;
}

/**
 * Expires held deliveries whose deadline has passed. Senders release only what can still be sent. Gates take turns,
 * from a random one on. What is left at `end` (epoch ms) waits for the next run, so that endpoints which have left a
 * hundred thousand too late do not keep the sweeper from its other work. A run sweeps at least one batch.
 */
export async function sweepHeld(deps: FanoutDeps, end: number): Promise<void> {
  const found: Late[] = [];
  for (let shard = 0; shard < deps.shards; shard++) {
    for (const gate of await gatesWithLate(deps.queueRedis, shard, deps.now(), GATES)) found.push({ shard, gate });
  }
  const first = Math.floor(deps.random() * found.length);
  const late = new Set([...found.slice(first), ...found.slice(0, first)]);
  while (late.size > 0) {
    for (const one of late) {
      if (deps.stopping.aborted) return;
      if (!(await sweepSome(deps, one))) late.delete(one);
      if (deps.now() >= end) return;
    }
  }
}

/** Expires a batch. Returns whether there may be more. */
async function sweepSome(deps: FanoutDeps, { shard, gate }: Late): Promise<boolean> {
  const { released } = await releaseLate(deps.queueRedis, shard, gate, deps.now());
  await Promise.all(released.map((one) => expireOne(deps, gate.provider, one)));
  return released.length > 0;
}

/** Should this fail half-way, the sweeper finds them as deliveries without a job. */
async function expireOne(deps: FanoutDeps, provider: ProviderKind, { ref, ordinals }: Released): Promise<void> {
  const accepted = await readEvent(deps.queueRedis, ref);
  if (!accepted) return;
  const expired = await expire(
    deps,
    ref,
    accepted,
    ordinals.map((ordinal) => ({ ordinal, provider })),
  );
  deps.sweepCounts.expired += expired;
}
