import { PROVIDER_KINDS } from '@fanfare/core';
import { readLedgerGauges } from '@fanfare/ledger';
import { type Producer, readQueues } from '@fanfare/queue';
import { readMemoryGauges, readServerGauges } from '@fanfare/redis';
import type { Metrics } from '@fanfare/runtime';
import { readRegistryGauges } from '@fanfare/store';
import type { Service } from './open.ts';

/** What the gauges are read from. */
interface Source extends Pick<Service, 'queueRedis' | 'registry' | 'memory' | 'metrics' | 'now'> {
  producer: Pick<Producer, 'laneDepth'>;
  shards: Pick<Service['shards'], 'all'>;
}

/**
 * The metrics of this process, and the gauges of shared state as they are when asked for. For services that answer
 * requests: they remain when all workers are dead.
 */
export const metricsNow = (service: Source): Pick<Metrics, 'render'> => ({
  render: async () => {
    const { producer, queueRedis, registry, memory, shards, metrics, now } = service;
    await Promise.all([
      readQueues(producer, shards.all, metrics, now()),
      readLedgerGauges(queueRedis, shards.all, metrics, now()),
      readMemoryGauges(memory, metrics),
      readServerGauges(queueRedis, metrics, PROVIDER_KINDS),
      readRegistryGauges(registry, metrics),
    ]);
    return metrics.render();
  },
});
