import type { AddressPolicy } from '@fanfare/providers';
import { readyWhenWritable } from '@fanfare/redis';
import {
  Closer,
  drainable,
  type Logger,
  startHealthServer,
  startMetricsServer,
  type ThreadWork,
  withThreads,
} from '@fanfare/runtime';
import { announce } from '@fanfare/service';
import { type SenderConfig, SenderEnv } from './config.ts';
import { countInFlight, inFlightIn, placesInUse } from './counts.ts';
import type { SenderDeps } from './deps.ts';
import { type LaneOptions, openLanes } from './lanes.ts';
import { startTesting } from './provider-test/run-test.ts';

export { readConfig, type SenderConfig } from './config.ts';
export type { AttemptRecord } from './deps.ts';

/** What a caller in the same process may override. */
export interface SenderOverrides extends LaneOptions {
  /** Threads of the process that serve the other lanes. */
  threads?: readonly Pick<ThreadWork, 'ready' | 'snapshot'>[];
}

/** A running sender. */
export interface Sender {
  /** The port for health and metrics. */
  port: number;
  /** The port of `/metrics`. */
  metricsPort: number;
  /** Makes `/readyz` fail; work continues. */
  drain(): void;
  close(): Promise<void>;
}

/** Starts sending for the configured providers. Without Redis it begins when Redis becomes reachable. */
export async function start(config: SenderConfig, overrides: SenderOverrides = {}): Promise<Sender> {
  const closer = new Closer();
  return closer.closeOnFailure(() => open(config, overrides, closer));
}

async function open(config: SenderConfig, overrides: SenderOverrides, closer: Closer): Promise<Sender> {
  const deps = await openLanes(config, overrides, closer);
  const { log } = deps;
  warnAboutWiderPolicy(log, {
    allowHttp: config.WEBHOOK_ALLOW_HTTP,
    allowCidrs: config.WEBHOOK_ALLOW_CIDRS,
    allowPorts: config.WEBHOOK_ALLOW_PORTS,
  });
  startTesting(deps, closer, config);
  const { threads = [] } = overrides;
  const { ready, drain } = drainable(async () => withThreads(await readyWhenWritable(deps.queueRedis), threads));
  const health = await startHealthServer({ host: config.HOST, port: config.PORT, ready });
  closer.add('health', health, (server) => server.close());
  const render = async () => {
    countInFlight(deps);
    return deps.metrics.render(await Promise.all(threads.map((thread) => thread.snapshot())));
  };
  const metricsServer = await startMetricsServer(config, { render });
  closer.add('metrics', metricsServer, (server) => server.close());
  announce(deps, { role: 'sender', config, schema: SenderEnv, facts: factsOf(deps, config, threads) }, closer);
  log.info(
    { port: health.port, metricsPort: metricsServer.port, providers: config.SENDER_PROVIDERS },
    'sender.started',
  );
  return { port: health.port, metricsPort: metricsServer.port, drain, close: () => closer.close() };
}

/** What the operator sees of this process. */
function factsOf(
  deps: SenderDeps,
  { SENDER_PROVIDERS: providers, QUEUE_SHARDS }: SenderConfig,
  threads: NonNullable<SenderOverrides['threads']>,
) {
  const shards = Array.from({ length: QUEUE_SHARDS }, (_, shard) => shard);
  return async () => {
    const others = await Promise.all(threads.map((thread) => thread.snapshot()));
    const inFlight = others.reduce((sum, snapshot) => sum + inFlightIn(snapshot), placesInUse(deps));
    return { providers: [...providers], shards, inFlight };
  };
}

/** Warns at every start about settings that let webhooks reach private networks. */
function warnAboutWiderPolicy(log: Logger, { allowHttp, allowCidrs, allowPorts }: AddressPolicy): void {
  if (allowHttp) log.warn('WEBHOOK_ALLOW_HTTP is on: webhooks may use plain http');
  if (allowCidrs.length > 0) log.warn({ allowCidrs }, 'WEBHOOK_ALLOW_CIDRS is set: webhooks may reach these networks');
  if (allowPorts?.length) log.warn({ allowPorts }, 'WEBHOOK_ALLOW_PORTS is set: webhooks may use these ports');
}
