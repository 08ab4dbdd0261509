import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Headers that CometChat's SDK and ours send from a browser. No `apikey`: a backend key must not be in a web page. */
const ALLOWED_HEADERS = [
  'accept',
  'appid',
  'authorization',
  'authtoken',
  'chatapiversion',
  'content-type',
  'resource',
  'sdk',
];

/** Response headers a web page may read. */
const EXPOSED_HEADERS = ['Retry-After', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];

/** How long a browser may cache a preflight, in seconds: the maximum in Chromium. */
const MAX_AGE_S = 7200;

/**
 * Lets web pages from these origins call the API; `*` means any origin (the Fetch standard's CORS protocol). Without
 * origins no response has a CORS header. No cookies are used, so credentials mode is never allowed.
 */
export async function allowOrigins(server: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await server.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: MAX_AGE_S,
    // Otherwise an invalid preflight would get an error in another shape.
    strictPreflight: false,
  });
}

/**
 * Parses a comma-separated list of origins, or `*`.
 * @throws if an entry is not an origin as browsers send it: scheme, host, and a port unless it is the default.
 */
export function parseOrigins(text: string): string[] {
  const origins = text.split(',').filter((origin) => origin !== '');
  for (const origin of origins) {
    if (origin !== '*' && (!URL.canParse(origin) || new URL(origin).origin !== origin)) {
      throw new Error(`expected * or origins such as https://chat.example.com, but there is "${origin}"`);
    }
  }
  return origins;
}
