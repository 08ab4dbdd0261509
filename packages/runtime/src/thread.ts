import { once } from 'node:events';
import { getPriority, platform, setPriority } from 'node:os';
import { MessageChannel, type MessagePort, parentPort, Worker } from 'node:worker_threads';
import type { MetricsSnapshot } from './metrics.ts';
import type { Running } from './run.ts';

/** What runs in a thread. */
export interface ThreadWork {
  /** What its metrics count. */
  snapshot(): Promise<MetricsSnapshot>;
  close(): Promise<void>;
}

/** A message to a thread: answer this on `reply`. */
type Request = { ask: 'snapshot'; reply: MessagePort } | { ask: 'close' };

/**
 * A thread of this process: an event loop and a heap of its own, so that its work waits for no turn of the main
 * thread. If it fails while it runs, the process ends like after any other uncaught exception.
 */
export class Thread implements ThreadWork {
  readonly #worker: Worker;
  /** Rejects with what the start of its work threw. */
  readonly started: Promise<void>;

  /** Starts a file that calls `serveThread`. */
  constructor(file: URL) {
    this.#worker = new Worker(file);
    this.started = once(this.#worker, 'message').then(() => {
      this.#worker.on('error', fail);
    });
  }

  get isRunning(): boolean {
    return this.#worker.threadId !== -1;
  }

  async snapshot(): Promise<MetricsSnapshot> {
    const { port1, port2 } = new MessageChannel();
    const request: Request = { ask: 'snapshot', reply: port2 };
    this.#worker.postMessage(request, [port2]);
    const [snapshot] = (await once(port1, 'message')) as [MetricsSnapshot];
    port1.close();
    return snapshot;
  }

  /** Closes its work and waits for its end. @throws what closing threw. */
  async close(): Promise<void> {
    this.#worker.off('error', fail);
    const ended = once(this.#worker, 'exit');
    const request: Request = { ask: 'close' };
    this.#worker.postMessage(request);
    await ended;
  }
}

/** Throws the message and stack only, because Node prints the other properties, in a Redis error the password. */
function fail(error: unknown): never {
  if (!(error instanceof Error)) throw new Error(String(error));
  const failure = new Error(error.message);
  if (error.stack !== undefined) failure.stack = error.stack;
  throw failure;
}

/** Runs the work of a thread until the process closes it. The file of a thread is this one call. */
export async function serveThread(start: () => Promise<ThreadWork>): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This file is the start of a thread, not of a process.');
  const work = await start();
  port.on('message', async (request: Request) => {
    if (request.ask === 'snapshot') return request.reply.postMessage(await work.snapshot());
    await work.close();
    port.close();
  });
  port.postMessage('started');
}

/**
 * Runs the rest of a process beside a thread. Both start and close at the same time, so that each has all the time
 * there is. Where cores are short, the thread goes first. @throws what either start threw, with both closed.
 */
export async function besideThread(file: URL, start: (thread: Thread) => Promise<Running>): Promise<Running> {
  const thread = new Thread(file);
  const [started, main] = await Promise.allSettled([thread.started, start(thread)]);
  if (started.status === 'fulfilled' && main.status === 'fulfilled') {
    giveWay();
    const { drain, close } = main.value;
    return { ...(drain ? { drain } : {}), close: async () => void (await Promise.all([close(), thread.close()])) };
  }
  if (started.status === 'fulfilled') await thread.close();
  if (main.status === 'fulfilled') await main.value.close();
  throw started.status === 'rejected' ? started.reason : (main as PromiseRejectedResult).reason;
}

/** How much nicer the main thread is: it gets a third of a core that it shares with another thread. */
const NICER = 5;
const NICEST = 19;

/** Lowers the priority of this thread alone, which only Linux can. */
function giveWay(): void {
  if (platform() === 'linux') setPriority(Math.min(NICEST, getPriority() + NICER));
}
