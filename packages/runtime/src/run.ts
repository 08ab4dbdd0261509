import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ConfigError, readEnv } from './env.ts';
import type { Logger } from './log.ts';
import { processEnv } from './process-env.ts';

/** What `main` hands back: something that runs until it is closed. */
export interface Running {
  /** Told before the wait of SHUTDOWN_DRAIN_MS: it should do its work still, but say that it is not ready. */
  drain?(): void;
  close(): Promise<void>;
}

/** Starts everything. Should give up, by throwing the signal's AbortError, when the signal aborts meanwhile. */
export type Main = (signal: AbortSignal) => Promise<Running>;

export interface RunOptions {
  /** The process, in what is printed. */
  name: string;
  /** How long a stop may take, in ms; SHUTDOWN_GRACE_MS by default. */
  graceMs?: number;
  /** Gets a line when the process is told to stop and one when it has. Failures are printed in any case. */
  log?: Logger;
}

/** A Ctrl-C under npm arrives twice at once: from the terminal, and from npm, which hands it on. */
const SAME_WISH_MS = 500;

/**
 * The life of a process, from start to exit code; a `main.ts` is this one call. Starts `main`; at SIGTERM or SIGINT
 * aborts the signal `main` was given, drains for SHUTDOWN_DRAIN_MS (0 by default), closes what it returned and leaves
 * the process to end by itself with code 0.
 *
 * - `main` or `close` fails: the error on standard error, exit code 1. A ConfigError is shown without its stack,
 *   being for the operator to mend. Giving up a start because of the signal is no failure.
 * - The grace has run out, or a second signal, half a second later or more, says that it has: `process.exit(1)`, the only one there is. It also ends
 *   a process that is kept alive, after everything was closed, by something it forgot.
 */
export async function run(main: Main, options: RunOptions): Promise<void> {
  try {
    await live(main, options);
  } catch (error) {
    process.stderr.write(`${options.name}: ${explain(error)}\n`);
    process.exitCode = 1;
  }
}

async function live(main: Main, { name, log, graceMs }: RunOptions): Promise<void> {
  const { SHUTDOWN_DRAIN_MS: drainMs, SHUTDOWN_GRACE_MS } = shutdownTimes();
  const grace = new Grace(name, drainMs + (graceMs ?? SHUTDOWN_GRACE_MS));
  const stop = new AbortController();
  let toldAt = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) {
      if (Date.now() - toldAt > SAME_WISH_MS) grace.end(`${signal} again`);
      return;
    }
    toldAt = Date.now();
    log?.info({ signal }, 'process.stopping');
    grace.begin();
    stop.abort();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  try {
    const running = await started(main, stop.signal);
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    if (running && drainMs > 0) {
      running.drain?.();
      await delay(drainMs);
    }
    await running?.close();
    log?.info('process.stopped');
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    grace.release();
  }
}

/** Undefined when the start was given up because of the signal. */
async function started(main: Main, signal: AbortSignal): Promise<Running | undefined> {
  try {
    return await main(signal);
  } catch (error) {
    if (signal.aborted && error instanceof Error && error.name === 'AbortError') return undefined;
    throw error;
  }
}

/** The time a stop may take. `begin` keeps the process alive for it; `release` only bounds what is left of it. */
class Grace {
  readonly #name: string;
  readonly #ms: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, ms: number) {
    this.#name = name;
    this.#ms = ms;
  }

  begin(): NodeJS.Timeout {
    this.#timer ??= setTimeout(() => this.end(`not closed within ${this.#ms} ms`), this.#ms);
    return this.#timer;
  }

  release(): void {
    this.begin().unref();
  }

  end(why: string): never {
    process.stderr.write(`${this.#name}: ${why}, ending now\n`);
    process.exit(1);
  }
}

const shutdownTimes = () => {
  const { SHUTDOWN_DRAIN_MS, SHUTDOWN_GRACE_MS } = processEnv;
  return readEnv(z.object({ SHUTDOWN_DRAIN_MS, SHUTDOWN_GRACE_MS }));
};

/** Messages and stacks, never an error's other properties: a Redis error carries the command, password and all. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${explain(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
