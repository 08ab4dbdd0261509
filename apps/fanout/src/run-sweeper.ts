import { setTimeout } from 'node:timers/promises';
import type { SweeperFacts } from '@fanfare/redis';
import type { Closer } from '@fanfare/runtime';
import type { FanoutDeps } from './deps.ts';
import { type SweepTimes, sweep } from './sweep.ts';

/** How long shutdown waits for a sweep in progress. */
const SWEEP_GRACE_MS = 2000;

/** The sweeper of a process. */
interface Sweeper {
  /** When it last completed a run or, before the first, when it started; epoch ms. */
  lastRunAt(): number;
  /** Its last run, and what it has done since it started. */
  facts(): SweeperFacts;
}

/** Runs the sweeper until the process closes. */
export function startSweeper(deps: FanoutDeps, closer: Closer, times: SweepTimes): Sweeper {
  const startedAt = deps.now();
  let last: { lastRunAt: number; tookMs: number } | undefined;
  let running: Promise<void> | undefined;
  const run = async () => {
    const began = deps.now();
    await sweep(deps, times);
    last = { lastRunAt: deps.now(), tookMs: Math.max(0, Math.round(deps.now() - began)) };
  };
  const timer = setInterval(() => {
    running ??= run()
      .catch((error: Error) => deps.log.warn({ reason: error.message }, 'sweep.failed'))
      .finally(() => {
        running = undefined;
      });
  }, times.everyMs);
  closer.add('sweeper', timer, async () => {
    clearInterval(timer);
    // Without Redis a sweep never ends; abandoning it is harmless.
    await Promise.race([running, setTimeout(SWEEP_GRACE_MS, undefined, { ref: false })]);
  });
  return {
    lastRunAt: () => last?.lastRunAt ?? startedAt,
    facts: () => ({ ...last, ...deps.sweepCounts }),
  };
}
