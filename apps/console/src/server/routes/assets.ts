import type { FastifyInstance } from 'fastify';
import type { ConsoleDeps } from '../deps.ts';

/** Serves the files that pages load, without a session. Their URLs contain a version, so they can be cached forever. */
export function assetRoutes(server: FastifyInstance, { assets }: ConsoleDeps): void {
  for (const [name, { type, body }] of Object.entries(assets)) {
    server.get(`/assets/${name}`, { config: { open: true } }, (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(body),
    );
  }
}
