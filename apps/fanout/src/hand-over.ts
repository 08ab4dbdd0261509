import { type HandedOver, type HandOver, type HandOverTo, handOver } from '@fanfare/ledger';
import type { Redis } from 'ioredis';

interface Waiting {
  one: HandOver;
  resolve(handed: HandedOver): void;
  reject(error: Error): void;
}

/**
 * Hands slices over to the senders, those of an app together: what is decided while a write of its shard and lane is on
 * its way waits for the next one. Each write costs Redis a script and a wait for the disk, whatever is in it. Apps do
 * not wait for each other, nor do shards, which may be on different servers.
 */
export class HandOvers {
  readonly #redis: Redis;
  readonly #now: () => number;
  /** What waits for the next write, by shard, lane and app; those without a write have no entry. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor({ redis, now }: { redis: Redis; now(): number }) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Plans a slice, adds its jobs and moves the cursor past it. @throws if Redis takes no writes. */
  add(to: HandOverTo, one: HandOver): Promise<HandedOver> {
    const id = `${to.shard} ${to.lane} ${to.appId}`;
    return new Promise((resolve, reject) => {
      const slice = { one, resolve, reject };
      const others = this.#waiting.get(id);
      if (others) return void others.push(slice);
      this.#waiting.set(id, [slice]);
      this.#writeSoon(id, to);
    });
  }

  #writeSoon(id: string, to: HandOverTo): void {
    setImmediate(() => void this.#write(id, to));
  }

  async #write(id: string, to: HandOverTo): Promise<void> {
    const slices = this.#waiting.get(id) ?? [];
    this.#waiting.set(id, []);
    try {
      const inOrder = slices.map(({ one }) => one);
      const answers = await handOver(this.#redis, to, inOrder, this.#now());
      for (const [i, { resolve }] of slices.entries()) resolve(answers[i] as HandedOver);
    } catch (error) {
      for (const { reject } of slices) reject(error as Error);
    }
    if (this.#waiting.get(id)?.length) this.#writeSoon(id, to);
    else this.#waiting.delete(id);
  }
}
