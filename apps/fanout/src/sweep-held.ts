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
 * Expires held deliveries whose deadline has passed. Senders release only what can still be sent. Gates take turns, and
 * each has one at least; what is left at `end` (epoch ms) waits for the next run, so that an endpoint which has left a
 * hundred thousand too late does not keep the sweeper from all others.
 */
export async function sweepHeld(deps: FanoutDeps, end: number): Promise<void> {
  const late = new Set<Late>();
  for (let shard = 0; shard < deps.shards; shard++) {
    for (const gate of await gatesWithLate(deps.queueRedis, shard, deps.now(), GATES)) late.add({ shard, gate });
  }
  do {
    for (const one of late) {
      if (deps.stopping.aborted) return;
      if (!(await sweepSome(deps, one))) late.delete(one);
    }
  } while (late.size > 0 && deps.now() < end);
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
  await expire(
    deps,
    ref,
    accepted,
    ordinals.map((ordinal) => ({ ordinal, provider })),
  );
}
