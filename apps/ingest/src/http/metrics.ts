import { PROVIDER_KINDS } from '@fanfare/core';
import { readLedgerGauges } from '@fanfare/ledger';
import { readQueues } from '@fanfare/queue';
import { readMemoryGauges, readServerGauges } from '@fanfare/redis';
import type { Metrics } from '@fanfare/runtime';
import { readRegistryGauges } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/** The metrics of this process, and the gauges of shared state as they are when asked for. */
export const metricsNow = ({
  producer,
  queueRedis,
  registry,
  memory,
  shards,
  metrics,
  now,
}: IngestDeps): Pick<Metrics, 'render'> => ({
  render: async () => {
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
