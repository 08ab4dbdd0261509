import { type ProcessFacts, type ProcessRole, startHeartbeat } from '@fanfare/redis';
import { type Closer, shownSettings } from '@fanfare/runtime';
import type { Service } from './open.ts';

/** What a process reports of itself. */
export interface Announced {
  role: ProcessRole;
  config: Readonly<Record<string, unknown>>;
  /** What the configuration was read with. */
  schema: Parameters<typeof shownSettings>[0];
  /** Asked before every report. */
  facts?: () => ProcessFacts | Promise<ProcessFacts>;
}

/** Reports that this process runs, and what with, until it is closed. */
export function announce(
  { queueRedis: redis, now, log }: Pick<Service, 'queueRedis' | 'now' | 'log'>,
  { role, config, schema, facts }: Announced,
  closer: Closer,
): void {
  const onError = (error: Error) => log.warn({ reason: error.message }, 'heartbeat.not_written');
  const settings = shownSettings(schema, config);
  const heartbeat = startHeartbeat({ redis, role, settings, ...(facts ? { facts } : {}), now, onError });
  closer.add('heartbeat', heartbeat, (one) => one.close());
}
