import { RecentMap } from '../recent-map.ts';
import { type Step, stepAt } from './behaviour.ts';
import type { CheckedConfig } from './endpoint-config.ts';

const TAKEN: Step = {};

/** The next answer for each uid. All start at the first step when a new script is set. */
export class Script {
  readonly #behaviour: readonly Step[];
  readonly #uids: ReadonlyMap<string, readonly Step[]>;
  readonly #served: RecentMap<string, number>;

  /** A uid forgotten because of `capacity` starts over. */
  constructor({ behaviour = [], uids = {} }: CheckedConfig, capacity: number) {
    this.#behaviour = behaviour;
    this.#uids = new Map(Object.entries(uids));
    this.#served = new RecentMap(capacity);
  }

  next(uid: string): Step {
    const steps = this.#uids.get(uid) ?? this.#behaviour;
    // Nothing to count if the first step is the last.
    if (steps[0]?.times === undefined) return steps[0] ?? TAKEN;
    const served = this.#served.get(uid) ?? 0;
    this.#served.set(uid, served + 1);
    return stepAt(steps, served) ?? TAKEN;
  }
}
