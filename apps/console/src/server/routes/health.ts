import { PROVIDER_KINDS } from '@fanfare/core';
import { readLedgerGauges } from '@fanfare/ledger';
import { readQueues } from '@fanfare/queue';
import { readMemoryGauges, readServerGauges } from '@fanfare/redis';
import { answerHealth, type Metrics, type Readiness } from '@fanfare/runtime';
import { readRegistryGauges } from '@fanfare/store';
import type { FastifyInstance } from 'fastify';
import type { ConsoleDeps } from '../deps.ts';

/** Ready if both Redis servers answer. */
export async function readiness({ registry, queueRedis }: ConsoleDeps): Promise<Readiness> {
  await Promise.all([registry.ping(), queueRedis.ping()]);
  return { ready: true, checks: { redis: { ok: true } } };
}

/** The metrics of this process, and the gauges of shared state as they are when asked for. */
export const metricsNow = ({
  producer,
  queueRedis,
  registry,
  memory,
  shards,
  metrics,
  now,
}: ConsoleDeps): Pick<Metrics, 'render'> => ({
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

/** `/livez` and `/readyz`, as in every process. */
export function healthRoutes(server: FastifyInstance, ready: () => Promise<Readiness>): void {
  for (const path of ['/livez', '/readyz']) {
    server.get(path, { config: { open: true, anyHost: true } }, async (_request, reply) => {
      const answer = await answerHealth(path, ready);
      if (answer) return reply.code(answer.status).headers(answer.headers).send(answer.body);
    });
  }
}
