import type { FastifyRequest } from 'fastify';

/** A non-empty header by its lower-case name. */
export function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
