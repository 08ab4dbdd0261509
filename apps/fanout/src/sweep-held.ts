import type { ProviderKind } from '@fanfare/core';
import { type Gate, gatesWithLate, type Released, readEvent, releaseLate } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';
import { expire } from './enqueue.ts';

/** Gates swept at a time, per shard. */
const BATCH = 100;

/** Expires held deliveries whose deadline has passed. Senders release only what can still be sent. */
export async function sweepHeld(deps: FanoutDeps, shard: number): Promise<void> {
  for (const gate of await gatesWithLate(deps.queueRedis, shard, deps.now(), BATCH)) await sweepGate(deps, shard, gate);
}

async function sweepGate(deps: FanoutDeps, shard: number, gate: Gate): Promise<void> {
  for (let more = true; more && !deps.stopping.aborted; ) {
    const { released } = await releaseLate(deps.queueRedis, shard, gate, deps.now());
    more = released.length > 0;
    for (const one of released) await expireOne(deps, gate.provider, one);
  }
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
