import { once } from 'node:events';
import { getPriority, platform, setPriority } from 'node:os';
import { MessageChannel, type MessagePort, parentPort, Worker } from 'node:worker_threads';
import type { Readiness } from './health.ts';
import type { MetricsSnapshot } from './metrics.ts';
import type { Running } from './run.ts';

/** What runs in a thread. */
export interface ThreadWork {
  /** Whether it can do its work now. */
  ready(): Promise<Readiness>;
  /** What its metrics count. */
  snapshot(): Promise<MetricsSnapshot>;
  close(): Promise<void>;
}

/** A message to a thread: answer this on `reply`. */
type Request = { ask: 'ready' | 'snapshot'; reply: MessagePort } | { ask: 'close' };

/** How long a thread has for an answer, in ms; a readiness check as a whole has two seconds. */
const ANSWER_MS = 1000;

/**
 * A thread of this process: an event loop and a heap of its own, so that its work waits for no turn of the main
 * thread. If it fails or ends while it runs, the process ends like after any other uncaught exception.
 */
export class Thread implements ThreadWork {
  readonly #worker: Worker;
  #state: 'starting' | 'running' | 'closing' | 'ended' = 'starting';
  /** Rejects with what the start of its work threw. */
  readonly started: Promise<void>;
  #counted: MetricsSnapshot = [];

  /** Starts a file that calls `serveThread`. */
  constructor(file: URL) {
    const worker = new Worker(file);
    this.#worker = worker;
    this.started = new Promise((resolve, reject) => {
      // What ends the thread may arrive before the message that it has started, which came first.
      const fails = (error: unknown) => {
        if (this.#state === 'starting') reject(cleaned(error));
        else if (this.#state === 'running') throw cleaned(error);
        this.#state = 'ended';
      };
      worker.once('message', () => {
        if (this.#state !== 'starting') return;
        this.#state = 'running';
        resolve();
      });
      worker.on('error', fails).on('exit', () => fails(new Error(ENDED)));
    });
  }

  get isRunning(): boolean {
    return this.#worker.threadId !== -1;
  }

  /** Not ready without an answer in time. */
  async ready(): Promise<Readiness> {
    const readiness = await this.#ask<Readiness>('ready');
    const late = { ok: false, detail: `no answer within ${ANSWER_MS} ms` };
    return readiness ?? { ready: false, checks: { thread: late } };
  }

  /** Without an answer in time, what it counted last: counters that drop out of a scrape look like a restart. */
  async snapshot(): Promise<MetricsSnapshot> {
    this.#counted = (await this.#ask<MetricsSnapshot>('snapshot')) ?? this.#counted;
    return this.#counted;
  }

  /** Undefined without an answer in time. */
  async #ask<Answer>(ask: 'ready' | 'snapshot'): Promise<Answer | undefined> {
    const { port1, port2 } = new MessageChannel();
    const request: Request = { ask, reply: port2 };
    this.#worker.postMessage(request, [port2]);
    const signal = AbortSignal.timeout(ANSWER_MS);
    try {
      const [answer] = (await once(port1, 'message', { signal })) as [Answer];
      return answer;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      port1.close();
    }
  }

  /** Closes its work and waits for its end. @throws what closing threw. */
  async close(): Promise<void> {
    if (this.#state === 'ended') return;
    this.#state = 'closing';
    const ended = once(this.#worker, 'exit');
    const request: Request = { ask: 'close' };
    this.#worker.postMessage(request);
    await ended;
  }
}

/** The message and stack only, because Node prints the other properties, in a Redis error the password. */
function cleaned(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const failure = new Error(error.message);
  if (error.stack !== undefined) failure.stack = error.stack;
  return failure;
}

const ENDED = 'A thread of the process ended by itself.';

/** The readiness of a process and its threads. */
export async function withThreads(main: Readiness, threads: readonly Pick<ThreadWork, 'ready'>[]): Promise<Readiness> {
  if (threads.length === 0) return main;
  const all = await Promise.all(threads.map((thread) => thread.ready()));
  const ready = all.every((each) => each.ready);
  const failed = all.flatMap(({ checks }) => Object.values(checks)).filter(({ ok }) => !ok);
  const detail = failed.map((check) => check.detail).join('; ');
  const thread = { ok: ready, ...(detail === '' ? {} : { detail }) };
  return { ...main, ready: main.ready && ready, checks: { ...main.checks, thread } };
}

/** Runs the work of a thread until the process closes it. The file of a thread is this one call. */
export async function serveThread(start: () => Promise<ThreadWork>): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This file is the start of a thread, not of a process.');
  const work = await start();
  port.on('message', async (request: Request) => {
    if (request.ask !== 'close') return request.reply.postMessage(await work[request.ask]());
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

/** Lowers the priority of this thread alone, which only Linux can, and not everywhere: then both have the same. */
function giveWay(): void {
  if (platform() !== 'linux') return;
  try {
    setPriority(Math.min(NICEST, getPriority() + NICER));
  } catch {
    // A sandbox may forbid it.
  }
}
