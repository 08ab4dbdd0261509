import type { PlannedDelivery } from '@fanfare/core';
import { type DeliveryTarget, type People, readPeople } from '@fanfare/store';
import type { Redis } from 'ioredis';

type Targets = readonly (DeliveryTarget | undefined)[];

/** Reads of one app that go out together. */
interface Batch {
  planned: PlannedDelivery[];
  shown: Set<string>;
  people: Promise<People>;
}

/**
 * Reads the recipients of all packs that start in the same turn of the event loop, and the names that their events
 * show, together, app by app.
 */
export class TargetReader {
  readonly #registry: Redis;
  #batches = new Map<string, Batch>();

  constructor(registry: Redis) {
    this.#registry = registry;
  }

  /** The recipients of a pack's deliveries and their devices, as `readPeople` returns them. */
  async read(appId: string, planned: readonly PlannedDelivery[]): Promise<Targets> {
    const batch = this.#batchOf(appId);
    const from = batch.planned.length;
    for (const one of planned) batch.planned.push(one);
    const { targets } = await batch.people;
    return from === 0 && targets.length === planned.length ? targets : targets.slice(from, from + planned.length);
  }

  /** Name and picture of these users, likewise. */
  async profiles(appId: string, uids: readonly string[]): Promise<People['profiles']> {
    const batch = this.#batchOf(appId);
    for (const uid of uids) batch.shown.add(uid);
    const { profiles } = await batch.people;
    const own: People['profiles'] = Object.create(null);
    for (const uid of uids) if (profiles[uid]) own[uid] = profiles[uid];
    return own;
  }

  #batchOf(appId: string): Batch {
    const known = this.#batches.get(appId);
    if (known) return known;
    const planned: PlannedDelivery[] = [];
    const shown = new Set<string>();
    const turn = new Promise((resolve) => setImmediate(resolve));
    const people = turn.then(() => {
      this.#batches.delete(appId);
      return readPeople(this.#registry, appId, planned, [...shown]);
    });
    const batch = { planned, shown, people };
    this.#batches.set(appId, batch);
    return batch;
  }
}
