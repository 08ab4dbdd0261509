import type { PlannedDelivery } from '@fanfare/core';
import { type DeliveryTarget, readDeliveryTargets } from '@fanfare/store';
import type { Redis } from 'ioredis';

type Targets = readonly (DeliveryTarget | undefined)[];

/** Reads of one app that go out together. */
interface Batch {
  planned: PlannedDelivery[];
  targets: Promise<Targets>;
}

/** Reads the recipients of all packs that start in the same turn of the event loop together, app by app. */
export class TargetReader {
  readonly #registry: Redis;
  #batches = new Map<string, Batch>();

  constructor(registry: Redis) {
    this.#registry = registry;
  }

  /** The recipients of a pack's deliveries and their devices, as `readDeliveryTargets` returns them. */
  async read(appId: string, planned: readonly PlannedDelivery[]): Promise<Targets> {
    let batch = this.#batches.get(appId);
    if (!batch) {
      batch = this.#open(appId);
      this.#batches.set(appId, batch);
    }
    const from = batch.planned.length;
    for (const one of planned) batch.planned.push(one);
    const targets = await batch.targets;
    return from === 0 && targets.length === planned.length ? targets : targets.slice(from, from + planned.length);
  }

  #open(appId: string): Batch {
    const planned: PlannedDelivery[] = [];
    const turn = new Promise((resolve) => setImmediate(resolve));
    const targets = turn.then(() => {
      this.#batches.delete(appId);
      return readDeliveryTargets(this.#registry, appId, planned);
    });
    return { planned, targets };
  }
}
