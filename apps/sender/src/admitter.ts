import { type Admitted, admitWaiting, type Waiting } from '@fanfare/ledger';
import type { Producer } from '@fanfare/queue';
import type { Logger } from '@fanfare/runtime';
import type { Redis } from 'ioredis';
import { byShard } from './by-shard.ts';

/** How long to wait for more results before looking whether apps have room again: one look serves them all. */
const TOGETHER_MS = 5;

/** The lanes in which events wait for deliveries to be sent. Calls never do. */
const LANES = ['chat', 'bulk'] as const;

interface AdmitterDeps {
  /** The Redis of queues and ledger. */
  redis: Redis;
  producer: Producer;
  log: Logger;
  now(): number;
}

/**
 * Lets apps whose deliveries have been sent go on with events that wait for that: fan-out has parked them and does not
 * poll. What is lost when this process dies is found by the sweeper.
 */
export class Admitter {
  readonly #deps: AdmitterDeps;
  #apps = new Map<string, Omit<Waiting, 'lane'>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: AdmitterDeps) {
    this.#deps = deps;
  }

  /** Notes that an app has fewer deliveries left to send, in a moment. */
  madeRoom(shard: number, appId: string): void {
    this.#apps.set(`${shard} ${appId}`, { shard, appId });
    this.#timer ??= setTimeout(() => void this.flush(), TOGETHER_MS);
  }

  /** Admits what has room now. Shards do not wait for each other, since they may be on different servers. */
  async flush(): Promise<void> {
    const all = [...this.#apps.values()];
    this.#apps = new Map();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await Promise.all(byShard(all, ({ shard }) => shard).map((apps) => this.#admit(apps)));
  }

  /** Admits what has room in a shard. */
  async #admit(apps: readonly Omit<Waiting, 'lane'>[]): Promise<void> {
    const { redis, log, now } = this.#deps;
    const waiting = apps.flatMap((app) => LANES.map((lane) => ({ ...app, lane })));
    try {
      const admitted = await admitWaiting(redis, waiting, now());
      await Promise.all(admitted.map((one) => this.#queue(one)));
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'events.left_to_sweeper');
    }
  }

  #queue({ shard, lane, events }: Admitted): Promise<void> {
    return this.#deps.producer.addEvents(shard, lane, events);
  }
}
