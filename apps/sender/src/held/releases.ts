import { type Gate, gateId } from '@fanfare/ledger';
import type { Logger } from '@fanfare/runtime';
import type { Endpoints } from './endpoints.ts';
import { type ReleaseDeps, releaseSome } from './release.ts';

/** Releases what is held for closed gates, as far as this process has room for it. */
export class Releases {
  readonly #deps: ReleaseDeps & { log: Logger };
  readonly #endpoints: Endpoints;

  constructor(deps: ReleaseDeps & { log: Logger }, endpoints: Endpoints) {
    this.#deps = deps;
    this.#endpoints = endpoints;
  }

  /** Releases held deliveries of a closed gate as far as there is room for them, one batch at a time. */
  release(shard: number, gate: Gate, least = 0): void {
    const endpoint = this.#endpoints.of(gate);
    const seen = endpoint.seen(shard);
    if (seen.open || seen.isReleasing || seen.held <= 0) return;
    const { inHand } = this.#endpoints.lane(gate);
    const count = Math.max(least, inHand.wants(gate.appId, endpoint.window));
    if (count === 0) return;
    seen.isReleasing = true;
    let areOnTheirWay = false;
    // The next may be released while the jobs of these are being added.
    const onTheirWay = (n: number, left: number) => {
      areOnTheirWay = true;
      inHand.expect(gate.appId, n);
      this.noteHeld(shard, gate, left);
      seen.isReleasing = false;
    };
    void releaseSome(this.#deps, shard, gate, count, onTheirWay).catch((error: Error) => {
      // Once these were on their way, a release under way is another one.
      if (!areOnTheirWay) seen.isReleasing = false;
      this.#deps.log.warn({ reason: error.message }, 'held.not_released');
    });
  }

  /** Notes that a delivery was released, perhaps by another process, which need not be the only one to go on. */
  learnReleased(shard: number, gate: Gate): void {
    if (this.#endpoints.of(gate).seen(shard).held === 0) this.noteHeld(shard, gate, 1);
  }

  /** Notes how many deliveries are held for a gate. */
  noteHeld(shard: number, gate: Gate, count: number): void {
    this.#endpoints.of(gate).seen(shard).held = count;
    this.#endpoints.lane(gate).inHand.othersWait(gate.appId, { shard, gateId: gateId(gate) }, count > 0);
  }
}
