import { answerHealth, type Readiness } from '@fanfare/runtime';
import type { FastifyInstance } from 'fastify';
import type { ConsoleDeps } from '../deps.ts';

/** Ready if both Redis servers answer. */
export async function readiness({ registry, queueRedis }: ConsoleDeps): Promise<Readiness> {
  await Promise.all([registry.ping(), queueRedis.ping()]);
  return { ready: true, checks: { redis: { ok: true } } };
}

/** `/livez` and `/readyz`, as in every process. */
export function healthRoutes(server: FastifyInstance, ready: () => Promise<Readiness>): void {
  for (const path of ['/livez', '/readyz']) {
    server.get(path, { config: { open: true, anyHost: true } }, async (_request, reply) => {
      const answer = await answerHealth(path, ready);
      if (answer) return reply.code(answer.status).headers(answer.headers).send(answer.body);
    });
  }
}
