import { type HandedOver, type HandOver, type HandOverTo, handOver } from '@fanfare/ledger';
import type { Redis } from 'ioredis';

interface Waiting extends HandOverTo {
  one: HandOver;
  resolve(handed: HandedOver): void;
  reject(error: Error): void;
}

/**
 * Hands slices over to the senders, those of the events in hand together: what is decided while a shard's write is on
 * its way waits for the next one. Each write costs Redis a script and a wait for the disk, whatever is in it. Shards do
 * not wait for each other, since they may be on different servers.
 */
export class HandOvers {
  readonly #redis: Redis;
  readonly #now: () => number;
  /** What waits for the next write, by shard; a shard without one has no entry. */
  readonly #waiting = new Map<number, Waiting[]>();

  constructor({ redis, now }: { redis: Redis; now(): number }) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Plans a slice, adds its jobs and moves the cursor past it. @throws if Redis takes no writes. */
  add(to: HandOverTo, one: HandOver): Promise<HandedOver> {
    return new Promise((resolve, reject) => {
      const slice = { ...to, one, resolve, reject };
      const others = this.#waiting.get(to.shard);
      if (others) return void others.push(slice);
      this.#waiting.set(to.shard, [slice]);
      this.#writeSoon(to.shard);
    });
  }

  #writeSoon(shard: number): void {
    setImmediate(() => void this.#write(shard));
  }

  async #write(shard: number): Promise<void> {
    const groups = groupsOf(this.#waiting.get(shard) ?? []);
    this.#waiting.set(shard, []);
    await Promise.all(groups.map((group) => this.#writeGroup(group)));
    if (this.#waiting.get(shard)?.length) this.#writeSoon(shard);
    else this.#waiting.delete(shard);
  }

  async #writeGroup(group: readonly [Waiting, ...Waiting[]]): Promise<void> {
    try {
      const slices = group.map(({ one }) => one);
      const answers = await handOver(this.#redis, group[0], slices, this.#now());
      for (const [i, { resolve }] of group.entries()) resolve(answers[i] as HandedOver);
    } catch (error) {
      for (const { reject } of group) reject(error as Error);
    }
  }
}

/** By lane and app, in order. */
function groupsOf(waiting: readonly Waiting[]): [Waiting, ...Waiting[]][] {
  const groups = new Map<string, [Waiting, ...Waiting[]]>();
  for (const one of waiting) {
    const id = `${one.lane} ${one.appId}`;
    const group = groups.get(id);
    if (group) group.push(one);
    else groups.set(id, [one]);
  }
  return [...groups.values()];
}
