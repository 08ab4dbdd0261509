import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { HeldLocks } from './held-locks.ts';
import { type TakenJob, takeJobs } from './take-jobs.ts';

/** The next job, or none and when the next delayed one is due, epoch ms; 0: none is delayed. */
export interface Next {
  job: TakenJob | undefined;
  /** Jobs after it, if more were asked for. */
  others: readonly TakenJob[];
  nextAt: number;
}

interface Asking {
  others: number;
  resolve(next: Next): void;
  reject(error: Error): void;
}

/** Takes the jobs that a worker asks for, those of one turn of the event loop together. */
export class Taker {
  readonly #redis: Redis;
  readonly #queue: string;
  readonly #locks: HeldLocks;
  readonly #id = randomUUID();
  #runs = 0;
  #asking: Asking[] = [];
  #isTaking = false;

  /** `queue` is the prefix of its keys. */
  constructor(redis: Redis, queue: string, locks: HeldLocks) {
    this.#redis = redis;
    this.#queue = queue;
    this.#locks = locks;
  }

  /** Takes the next job, and up to so many others. @throws without Redis, or if it takes no writes. */
  next(others = 0): Promise<Next> {
    return new Promise((resolve, reject) => {
      this.#asking.push({ others, resolve, reject });
      this.#takeSoon();
    });
  }

  /** No longer has the lock of a taken job renewed: it has ended, or was never begun. */
  release({ id, token }: Pick<TakenJob, 'id' | 'token'>): void {
    this.#locks.release(id, token);
  }

  #takeSoon(): void {
    if (this.#isTaking) return;
    this.#isTaking = true;
    setImmediate(() => void this.#take());
  }

  /** Who asks meanwhile waits for the next run: those that end together ask together then. */
  async #take(): Promise<void> {
    const asking = this.#asking.splice(0);
    const token = `${this.#id}:${this.#runs++}`;
    const since = performance.now();
    const lockMs = this.#locks.durationMs;
    try {
      const most = asking.reduce((sum, { others }) => sum + 1 + others, 0);
      const options = { now: Date.now(), token, lockMs, most };
      const { jobs, nextAt } = await takeJobs(this.#redis, this.#queue, options);
      for (const { id } of jobs) this.#locks.begin(id, token, since);
      // Everyone has one before any has others.
      let given = asking.length;
      for (const [i, { others: more, resolve }] of asking.entries()) {
        const others = jobs.slice(given, given + more);
        given += others.length;
        resolve({ job: jobs[i], others, nextAt });
      }
    } catch (error) {
      for (const { reject } of asking) reject(error as Error);
    }
    this.#isTaking = false;
    if (this.#asking.length > 0) this.#takeSoon();
  }
}
