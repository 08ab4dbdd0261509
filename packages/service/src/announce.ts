import { type ProcessFacts, type ProcessRole, startHeartbeat } from '@fanfare/redis';
import type { Closer } from '@fanfare/runtime';
import type { Service } from './open.ts';

/** Reports that this process runs, until it is closed; `facts` is asked before every report. */
export function announce(
  { queueRedis: redis, now, log }: Pick<Service, 'queueRedis' | 'now' | 'log'>,
  { role, facts }: { role: ProcessRole; facts?: () => ProcessFacts | Promise<ProcessFacts> },
  closer: Closer,
): void {
  const onError = (error: Error) => log.warn({ reason: error.message }, 'heartbeat.not_written');
  const heartbeat = startHeartbeat({ redis, role, ...(facts ? { facts } : {}), now, onError });
  closer.add('heartbeat', heartbeat, (one) => one.close());
}
