import type { FastifyRequest } from 'fastify';
import { badField } from '../../http/fields.ts';

/** A host as a URL holds it: a name, an IPv4 or a bracketed IPv6 address, and a port where there is one. */
export const HOST = /^([A-Za-z0-9]([A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$/;

/**
 * Where clients reach this API, as `host` or `host:port`: `PUBLIC_URL`'s, else the one this client itself came by, which
 * a trusted proxy says in X-Forwarded-Host. @throws FanfareError when what the request says is no host.
 */
export function publicHost({ PUBLIC_URL }: { PUBLIC_URL?: string | undefined }, { host }: FastifyRequest): string {
  if (PUBLIC_URL !== undefined) return new URL(PUBLIC_URL).host;
  if (!HOST.test(host)) throw badField('host', 'this header is not a host');
  return host;
}
