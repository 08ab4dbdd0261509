import { readLedgerGauges } from '@fanfare/ledger';
import { readQueues } from '@fanfare/queue';
import { answerHealth, type Readiness } from '@fanfare/runtime';
import type { FastifyInstance } from 'fastify';
import type { ConsoleDeps } from '../deps.ts';

/** Ready if both Redis servers answer. */
export async function readiness({ registry, queueRedis }: ConsoleDeps): Promise<Readiness> {
  await Promise.all([registry.ping(), queueRedis.ping()]);
  return { ready: true, checks: { redis: { ok: true } } };
}

/** `/livez`, `/readyz` and `/metrics`, as in every process. */
export function healthRoutes(server: FastifyInstance, deps: ConsoleDeps, ready: () => Promise<Readiness>): void {
  const { queueRedis, producer, metrics, config } = deps;
  const render = async () => {
    await Promise.all([
      readQueues(producer, config.QUEUE_SHARDS, metrics, deps.now()),
      readLedgerGauges(queueRedis, config.QUEUE_SHARDS, metrics, deps.now()),
    ]);
    return metrics.render();
  };
  const sources = { metrics: { render }, ready, metricsToken: config.METRICS_TOKEN };
  for (const path of ['/livez', '/readyz', '/metrics']) {
    server.get(path, { config: { open: true, anyHost: true } }, async (request, reply) => {
      const answer = await answerHealth(path, request.headers.authorization, sources);
      if (answer) return reply.code(answer.status).headers(answer.headers).send(answer.body);
    });
  }
}
