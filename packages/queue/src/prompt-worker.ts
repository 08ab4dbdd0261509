import {
  type BackendFactory,
  isNotConnectionError,
  type Job,
  type Processor,
  type RedisQueueBackend,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type { Finisher } from './finish-jobs.ts';
import type { TakenJob } from './take-jobs.ts';
import type { Taker } from './taker.ts';

/** Jobs taken at a time, at most, by one script. */
const MOST_AT_ONCE = 16;

/** BullMQ's types do not say that there may be no next job. */
const NONE = undefined as unknown as Job;

/** What is private in BullMQ's worker, version 6. */
interface Internals {
  /** Whether the queue was empty at the last fetch: the next one waits. */
  drained: boolean;
  /** Set while a fetch waits for a job to come. */
  waiting: Promise<number> | null;
  updateDelays(limitDelay: number, delayUntil: number): void;
}

/**
 * BullMQ's worker, which takes and finishes jobs one by one, with both done for many at once (ADR 28). What is rare
 * stays as it is: retries, delays, failures, and the search for jobs that have lost their worker.
 *
 * It starts each job as soon as it is taken. BullMQ's own takes one after the other until it has as many as
 * it may have in hand, and starts none before: with 200 jobs and a disk that syncs in 5 ms, the first waits a second,
 * and its lock runs meanwhile. Closing can be forced: BullMQ waits for active jobs forever, or not at all.
 */
export class PromptWorker extends Worker {
  #taken = 0;
  #inHand = 0;
  /** Called when a job has ended, or more may be taken. */
  #wake = (): void => undefined;

  readonly #taker: Taker;
  readonly #finisher: Finisher;

  constructor(
    name: string,
    process: Processor,
    { taker, finisher, ...options }: WorkerOptions & { taker: Taker; finisher: Finisher },
    backend: BackendFactory<RedisQueueBackend>,
  ) {
    super(name, process, { ...options, autorun: false }, backend);
    this.#taker = taker;
    this.#finisher = finisher;
    void this.run().catch((error: Error) => this.emit('error', error));
  }

  /** Takes jobs until it is closed or paused, and those in hand have ended. Replaces BullMQ's loop. */
  override async run(): Promise<void> {
    if (this.running) throw new Error(`${this.name}: already running`);
    this.running = true;
    try {
      if (this.closing || this.paused) return;
      await this.startStalledCheckTimer();
      this.mainLoopRunning = this.#takeAll();
      await this.mainLoopRunning;
    } finally {
      this.running = false;
    }
  }

  override async resume(): Promise<void> {
    await super.resume();
    this.#wake();
  }

  /** Changes how many jobs may be in hand. */
  limitTo(jobs: number): void {
    this.concurrency = jobs;
    this.#wake();
  }

  /** Abandons active jobs: their signals abort, and their locks expire. */
  async abandon(): Promise<void> {
    this.cancelAllJobs('closing');
    await this.lockManager.close();
    await this.backend.close(true);
  }

  /** A fetch that has waited takes others with its job: what wakes it are mostly jobs that were added together. */
  protected override async moveToActive(): Promise<Job> {
    const internals = this as unknown as Internals;
    const room = Math.min(MOST_AT_ONCE, this.concurrency - this.#inHand) - 1;
    const most = internals.waiting === null ? 0 : Math.max(0, room);
    const { job, others, nextAt } = await this.#taker.next(most);
    internals.updateDelays(0, job ? 0 : nextAt);
    for (const other of others) void this.#process(this.#made(other));
    const made = await this.#made(job);
    // Fewer than asked for: the queue is empty.
    if (others.length < most) {
      internals.updateDelays(0, nextAt);
      internals.drained = true;
    }
    return made ?? NONE;
  }

  async #made(job: TakenJob | undefined): Promise<Job | undefined> {
    let made: Job | undefined;
    try {
      made = await this.nextJobFromJobData(job?.json, job?.id, job?.token);
    } finally {
      // Without a job there is no work at whose end the lock would be released, e.g. if the data does not parse.
      if (job && !made) this.#taker.release(job);
    }
    return made;
  }

  /**
   * Asks for the next job in the same turn, unless a fetch waits already, and would find it. A job that cannot be
   * finished is taken again when its lock expires.
   */
  protected override async handleCompleted(
    result: unknown,
    job: Job,
    token: string,
    fetchNext: () => boolean = () => true,
  ): Promise<Job> {
    const finished = this.#finisher.finish(String(job.id), token);
    const isWanted = fetchNext() && !this.closing && !this.paused && !(this as unknown as Internals).waiting;
    const report = (error: Error) => void this.emit('error', error);
    const next = isWanted ? this.moveToActive().catch(report) : undefined;
    await finished.then(() => this.emit('completed', job, result, 'active'), report);
    return (await next) ?? NONE;
  }

  async #takeAll(): Promise<void> {
    let atOnce = 1;
    for (;;) {
      const room = this.closing || this.paused ? 0 : this.concurrency - this.#inHand;
      if (room > 0) {
        const full = await this.#take(Math.min(room, atOnce));
        const isMore = full && !(this as unknown as Internals).drained;
        atOnce = isMore ? Math.min(2 * atOnce, MOST_AT_ONCE) : 1;
      } else if (this.#inHand > 0) {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      } else {
        return;
      }
    }
  }

  /** Takes so many jobs; a single one is waited for. Returns whether there were as many. */
  async #take(count: number): Promise<boolean> {
    const taken = await Promise.all(Array.from({ length: count }, () => this.#takeOne(count === 1)));
    return taken.every(Boolean);
  }

  async #takeOne(block: boolean): Promise<boolean> {
    this.#taken += 1;
    try {
      const job = await this.getNextJob(`${this.id}:${this.#taken}`, { block });
      if (job) void this.#process(job);
      return job !== undefined;
    } catch (error) {
      if (isNotConnectionError(error as Error)) this.emit('error', error as Error);
      if (!this.closing) await this.delay(this.opts.runRetryDelay);
      return false;
    }
  }

  /** Processes a job, and the one that BullMQ returns as the next when it ends, and so on. */
  async #process(first: Job | Promise<Job | undefined>): Promise<void> {
    this.#inHand += 1;
    try {
      let job = await first;
      while (job) job = await this.#processOne(job);
    } catch (error) {
      this.emit('error', error as Error);
    } finally {
      this.#inHand -= 1;
      this.#wake();
    }
  }
  /** BullMQ fails a job that was lost too often without any work, at whose end its lock would be released. */
  async #processOne(job: Job): Promise<Job | undefined> {
    const token = job.token ?? '';
    try {
      return (await this.processJob(job, token, () => this.#inHand <= this.concurrency)) ?? undefined;
    } finally {
      this.#taker.release({ id: String(job.id), token });
    }
  }
}
