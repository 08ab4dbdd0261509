import type { FastifyRequest } from 'fastify';
import { badField } from '../../http/fields.ts';

/** A host as in a URL: a name, an IPv4 or a bracketed IPv6 address, and an optional port. */
export const HOST = /^([A-Za-z0-9]([A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$/;

/**
 * Where clients reach this API, as `host` or `host:port`: that of `PUBLIC_URL`, else the host of this request (from
 * X-Forwarded-Host behind a trusted proxy). @throws FanfareError if the request's host is malformed.
 */
export function publicHost({ PUBLIC_URL }: { PUBLIC_URL?: string | undefined }, { host }: FastifyRequest): string {
  if (PUBLIC_URL !== undefined) return new URL(PUBLIC_URL).host;
  if (!HOST.test(host)) throw badField('host', 'is not a valid host');
  return host;
}
