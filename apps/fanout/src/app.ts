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
import { type FanoutConfig, FanoutEnv } from './config.ts';
import { type LaneOptions, openLanes } from './lanes.ts';
import { readiness } from './readiness.ts';
import { startSweeper } from './run-sweeper.ts';
import { SWEEP_TIMES, type SweepTimes } from './sweep.ts';

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
  const facts = async () => ({ shards, sweeper: sweeper.facts() });
  announce(deps, { role: 'fanout', config, schema: FanoutEnv, facts }, closer);
  deps.log.info({ port: health.port, metricsPort: metricsServer.port }, 'fanout.started');
  return { port: health.port, metricsPort: metricsServer.port, drain, close: () => closer.close() };
}
