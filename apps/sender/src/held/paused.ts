import type { ProviderKind } from '@fanfare/core';
import type { Seen } from './endpoint.ts';

/** How long after its pause a trial of an open gate is expected, ms. By then another sender has it, or none waits. */
const EXPECTED_MS = 5000;

/** The open gates that this process knows of, by shard and provider, which is how due gates are looked up. */
export class Paused {
  readonly #bySource = new Map<string, Set<Seen>>();

  /** Notes that a gate is open, or closed. */
  note(shard: number, provider: ProviderKind, seen: Seen): void {
    const source = `${shard} ${provider}`;
    const known = this.#bySource.get(source);
    if (!seen.open) known?.delete(seen);
    else if (known) known.add(seen);
    else this.#bySource.set(source, new Set([seen]));
  }

  /** Whether the pause of any has just ended. Those whose pause ended a while ago are forgotten. */
  isTrialDue(shard: number, provider: ProviderKind, now: number): boolean {
    const known = this.#bySource.get(`${shard} ${provider}`);
    let isDue = false;
    for (const seen of known ?? []) {
      const overMs = now - (seen.open?.openUntil ?? 0);
      if (overMs >= EXPECTED_MS) known?.delete(seen);
      else if (overMs >= 0) isDue = true;
    }
    return isDue;
  }
}
