import { isNotConnectionError, type Job, type Processor, Worker, type WorkerOptions } from 'bullmq';

/** Jobs taken at a time, at most: while a queue has many, their requests share a round trip. */
const MOST_AT_ONCE = 16;

/**
 * A worker that starts each job as soon as it is taken. BullMQ's own takes one after the other until it has as many as
 * it may have in hand, and starts none before: with 200 jobs and a disk that syncs in 5 ms, the first waits a second,
 * and its lock runs meanwhile. Closing can be forced: BullMQ waits for active jobs forever, or not at all.
 */
export class PromptWorker extends Worker {
  #taken = 0;
  #inHand = 0;
  /** Called when a job has ended, or more may be taken. */
  #wake = (): void => undefined;

  constructor(name: string, process: Processor, options: WorkerOptions) {
    super(name, process, { ...options, autorun: false });
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

  async #takeAll(): Promise<void> {
    let atOnce = 1;
    for (;;) {
      const room = this.closing || this.paused ? 0 : this.concurrency - this.#inHand;
      if (room > 0) {
        const full = await this.#take(Math.min(room, atOnce));
        atOnce = full ? Math.min(2 * atOnce, MOST_AT_ONCE) : 1;
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
  async #process(first: Job): Promise<void> {
    this.#inHand += 1;
    let job: Job | undefined = first;
    try {
      while (job)
        job = (await this.processJob(job, job.token ?? '', () => this.#inHand <= this.concurrency)) ?? undefined;
    } catch (error) {
      this.emit('error', error as Error);
    } finally {
      this.#inHand -= 1;
      this.#wake();
    }
  }
}
