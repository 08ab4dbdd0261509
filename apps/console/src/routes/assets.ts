import type { FastifyInstance } from 'fastify';
import type { ConsoleDeps } from '../deps.ts';

/** The files the pages load, the login page's included. Their URLs carry a version, so they may be kept for ever. */
export function assetRoutes(server: FastifyInstance, { assets }: ConsoleDeps): void {
  for (const [name, { type, body }] of Object.entries(assets)) {
    server.get(`/assets/${name}`, { config: { open: true } }, (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(body),
    );
  }
}
