import { setTimeout } from 'node:timers/promises';
import type { ArchiverTimes } from '@fanfare/archive';
import {
  Closer,
  drainable,
  startHealthServer,
  startMetricsServer,
  type ThreadWork,
  withThreads,
} from '@fanfare/runtime';
import { announce } from '@fanfare/service';
import { archiveFinished } from './archive.ts';
import type { FanoutConfig } from './config.ts';
import type { FanoutDeps } from './deps.ts';
import { type LaneOptions, openLanes } from './lanes.ts';
import { readiness } from './readiness.ts';
import { SWEEP_TIMES, type SweepTimes, sweep } from './sweep.ts';

export { type FanoutConfig, readConfig } from './config.ts';

/** What a caller in the same process may override. */
export interface FanoutOverrides extends LaneOptions {
  sweepTimes?: SweepTimes;
  archiverTimes?: ArchiverTimes;
  /** Threads of the process that serve the other lanes. */
  threads?: readonly Pick<ThreadWork, 'ready' | 'snapshot'>[];
}

/** A running fanout. */
export interface Fanout {
  /** The port for health and metrics. */
  port: number;
  /** The port of `/metrics`. */
  metricsPort: number;
  /** Makes `/readyz` fail; work continues. */
  drain(): void;
  close(): Promise<void>;
}

/** Starts expanding events. Resolves once the workers run; without Redis they begin when it becomes reachable. */
export async function start(config: FanoutConfig, overrides: FanoutOverrides = {}): Promise<Fanout> {
  const closer = new Closer();
  return closer.closeOnFailure(() => open(config, overrides, closer));
}

async function open(config: FanoutConfig, overrides: FanoutOverrides, closer: Closer): Promise<Fanout> {
  const deps = await openLanes(config, overrides, closer);
  const sweeper = startSweeper(deps, closer, overrides.sweepTimes ?? SWEEP_TIMES);
  const archiver = config.ARCHIVE_URL && archiveFinished(deps, config.ARCHIVE_URL, overrides.archiverTimes);
  if (archiver) closer.add('archiver', archiver, (one) => one.close());
  const { threads = [] } = overrides;
  const { ready, drain } = drainable(async () => withThreads(await readiness(deps, archiver), threads));
  const health = await startHealthServer({ host: config.HOST, port: config.PORT, ready });
  closer.add('health', health, (server) => server.close());
  const render = async () => {
    deps.metrics.sweeperLastRun.set((deps.now() - sweeper.lastRunAt()) / 1000);
    return deps.metrics.render(await Promise.all(threads.map((thread) => thread.snapshot())));
  };
  const metricsServer = await startMetricsServer(config, { render });
  closer.add('metrics', metricsServer, (server) => server.close());
  const shards = Array.from({ length: config.QUEUE_SHARDS }, (_, shard) => shard);
  announce(deps, { role: 'fanout', facts: () => ({ shards }) }, closer);
  deps.log.info({ port: health.port, metricsPort: metricsServer.port }, 'fanout.started');
  return { port: health.port, metricsPort: metricsServer.port, drain, close: () => closer.close() };
}

/** How long shutdown waits for a sweep in progress. */
const SWEEP_GRACE_MS = 2000;

/** Runs the sweeper. `lastRunAt`: when it last completed a run or, before the first, when it started; epoch ms. */
function startSweeper(deps: FanoutDeps, closer: Closer, times: SweepTimes): { lastRunAt(): number } {
  let lastRunAt = deps.now();
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= sweep(deps, times)
      .then(() => {
        lastRunAt = deps.now();
      })
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
  return { lastRunAt: () => lastRunAt };
}
