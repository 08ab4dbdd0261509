import type { ProcessRecord } from '@fanfare/redis';

/**
 * Over how many shards new events may be spread: at most `wanted`, and only over those that a living worker of each
 * step serves: a fanout, and a sender of each provider. A step without any does not count: its work waits wherever it
 * is.
 */
export function spreadOver(
  processes: readonly Pick<ProcessRecord, 'role' | 'providers' | 'shards'>[],
  wanted: number,
): number {
  const most = new Map<string, number>();
  for (const { role, providers = [], shards = [] } of processes) {
    const steps = role === 'fanout' ? ['events'] : role === 'sender' ? providers : [];
    for (const step of steps) most.set(step, Math.max(shards.length, most.get(step) ?? 0));
  }
  return Math.max(1, Math.min(wanted, ...most.values()));
}
