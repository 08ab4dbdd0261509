import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Client, ClientFile } from '../client-files.ts';
import { Problem } from '../problem.ts';

/** Serves what the client loads, without a session: it is the same for everyone. */
export function clientAssets(server: FastifyInstance, { assets }: Client): void {
  for (const [path, file] of assets) {
    const cacheControl = path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    server.get(`/${path}`, { config: { open: true } }, (request, reply) =>
      sendFile(request, reply.header('cache-control', cacheControl), file),
    );
  }
}

/** Whether a browser navigates to a page; all that the server does not have are the client's. */
export const isNavigation = ({ method, headers, url }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  headers.accept?.includes('text/html') === true &&
  !/^\/(api|assets|queues)(\/|$)/.test(url);

/** Answers with the client's page. @throws Problem if it has not been built. */
export function sendClient(request: FastifyRequest, reply: FastifyReply, client: Client | undefined): FastifyReply {
  if (!client) throw new Problem(503, 'ERR_UNAVAILABLE', 'the pages have not been built: npm run build');
  return sendFile(request, reply.header('cache-control', 'no-store'), client.page);
}

function sendFile(request: FastifyRequest, reply: FastifyReply, { type, body, gzipped }: ClientFile): FastifyReply {
  reply.type(type).header('vary', 'accept-encoding');
  if (gzipped === undefined || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(body);
  return reply.header('content-encoding', 'gzip').send(gzipped);
}
