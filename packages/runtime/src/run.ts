import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ConfigError, readEnv } from './env.ts';
import type { Logger } from './log.ts';
import { processEnv } from './process-env.ts';

/** What `main` returns: a resource that runs until it is closed. */
export interface Running {
  /** Called before the wait of SHUTDOWN_DRAIN_MS: the process keeps working, but reports that it is not ready. */
  drain?(): void;
  close(): Promise<void>;
}

/** Starts everything. Should stop starting, by throwing the signal's AbortError, if the signal aborts meanwhile. */
export type Main = (signal: AbortSignal) => Promise<Running>;

export interface RunOptions {
  /** The name of the process in messages. */
  name: string;
  /** The time limit of a stop, in ms; default: SHUTDOWN_GRACE_MS. */
  graceMs?: number;
  /** Receives a line when the stop begins and one when it is done. Failures are always printed. */
  log?: Logger;
}

/** Under npm, Ctrl-C arrives twice at once: from the terminal, and forwarded by npm. */
const SAME_WISH_MS = 500;

/**
 * Runs a process from start to exit code; a `main.ts` is this one call. Starts `main`; on SIGTERM or SIGINT aborts the
 * signal that `main` got, drains for SHUTDOWN_DRAIN_MS (0 by default), closes what `main` returned, and lets the
 * process end by itself with code 0.
 *
 * - `main` or `close` fails: prints the error on standard error, exit code 1. A ConfigError is shown without its stack,
 *   because the operator has to fix it. Abandoning a start because of the signal is not a failure.
 * - The grace period has passed, or a second signal comes at least half a second later: `process.exit(1)`, the only
 *   one. It also ends a process that something forgotten keeps alive after everything was closed.
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

/** Undefined if the start was abandoned because of the signal. */
async function started(main: Main, signal: AbortSignal): Promise<Running | undefined> {
  try {
    return await main(signal);
  } catch (error) {
    if (signal.aborted && error instanceof Error && error.name === 'AbortError') return undefined;
    throw error;
  }
}

/** The time limit of a stop. `begin` keeps the process alive for it; `release` only limits the rest. */
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

/** Messages and stacks only, because the other properties of a Redis error contain the command and its password. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${explain(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
