import { commandEach } from '@fanfare/redis';
import { type BackendFactory, createRedisBackend, type RedisQueueBackend } from 'bullmq';
import type { Redis } from 'ioredis';

/** How often queues are looked at, ms, and the most commands this may take in a second, one for each shard. */
const EVERY_MS = 10;
const COMMANDS_PER_SECOND = 1600;

/** A queue's marker: BullMQ sets it when there is a job, with the time of the next delayed one as its score. */
interface Marker {
  member: string;
  score: number;
}

/** A queue whose worker waits for a job. */
interface Waiting {
  until: number;
  end(marker: Marker | null): void;
}

/**
 * Waits for jobs of many queues on the workers' own connection, in place of BullMQ, which blocks one connection for
 * each queue: it looks at the markers of those whose workers have nothing to do, a shard's in one command (ADR 31).
 */
export class MarkerPoll {
  readonly #redis: Redis;
  readonly #onError: (error: Error) => void;
  /** By shard's prefix, then by marker. */
  readonly #shards = new Map<string, Map<string, Waiting>>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `onError` is called with looks that failed; they are repeated. */
  constructor(redis: Redis, onError: (error: Error) => void) {
    this.#redis = redis;
    this.#onError = onError;
  }

  /** What BullMQ's worker uses instead of a blocking connection. */
  readonly backend: BackendFactory<RedisQueueBackend> = (name, options) => {
    const backend = createRedisBackend(name, options);
    const { marker } = backend.keys as { marker: string };
    const prefix = marker.slice(0, marker.indexOf(':'));
    return Object.assign(backend, {
      waitForJob: (seconds: number) => this.#wait(prefix, marker, seconds),
      disconnectBlocking: async () => this.#end(prefix, marker, null),
      reconnectBlocking: async () => undefined,
    });
  };

  /** Ends all waiting. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const [prefix, markers] of this.#shards) for (const marker of markers.keys()) this.#end(prefix, marker, null);
  }

  #wait(prefix: string, marker: string, seconds: number): Promise<Marker | null> {
    if (this.#isClosed) return Promise.resolve(null);
    this.#timer ??= setTimeout(() => void this.#look(), EVERY_MS);
    const markers = this.#shards.get(prefix) ?? new Map<string, Waiting>();
    this.#shards.set(prefix, markers);
    return new Promise((end) => {
      markers.set(marker, { until: performance.now() + seconds * 1000, end });
    });
  }

  #end(prefix: string, marker: string, found: Marker | null): void {
    const markers = this.#shards.get(prefix);
    const waiting = markers?.get(marker);
    if (!markers || !waiting) return;
    markers.delete(marker);
    if (markers.size === 0) this.#shards.delete(prefix);
    waiting.end(found);
  }

  async #look(): Promise<void> {
    try {
      await this.#takeMarkers();
    } catch (error) {
      this.#onError(error as Error);
    }
    const now = performance.now();
    for (const [prefix, markers] of this.#shards) {
      for (const [marker, { until }] of markers) if (until <= now) this.#end(prefix, marker, null);
    }
    const everyMs = Math.max(EVERY_MS, (this.#shards.size * 1000) / COMMANDS_PER_SECOND);
    const isIdle = this.#shards.size === 0 || this.#isClosed;
    this.#timer = isIdle ? undefined : setTimeout(() => void this.#look(), everyMs);
  }

  async #takeMarkers(): Promise<void> {
    const shards = [...this.#shards].map(([prefix, markers]) => ({ prefix, markers: [...markers.keys()] }));
    const set = await commandEach(this.#redis, shards, (commands, { markers }) => commands.exists(markers));
    const some = shards.filter((_, i) => Number(set[i]) > 0);
    const likely = some.flatMap(({ prefix, markers }) => markers.map((marker) => ({ prefix, marker })));
    const taken = await commandEach(this.#redis, likely, (commands, { marker }) => commands.zpopmin(marker));
    for (const [i, { prefix, marker }] of likely.entries()) {
      const [member, score] = taken[i] as [string?, string?];
      if (member !== undefined) this.#end(prefix, marker, { member, score: Number.parseInt(score ?? '0', 10) });
    }
  }
}
