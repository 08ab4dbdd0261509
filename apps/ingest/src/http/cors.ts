import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** What CometChat's SDK and ours send from a browser. No `apikey`: a key of the backend has no place in a web page. */
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

/** What a web page may read of an answer besides its body. */
const EXPOSED_HEADERS = ['Retry-After', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];

/** How long a browser may remember what it was allowed, in seconds: the longest Chromium takes. */
const MAX_AGE_S = 7200;

/**
 * Lets web pages of these origins call the API, `*` of any (the Fetch standard's CORS protocol). With none, no answer
 * has a CORS header. No cookies are involved, so credentials mode is never allowed.
 */
export async function allowOrigins(server: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await server.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: MAX_AGE_S,
    // What is no proper preflight would be answered in another shape than every other error.
    strictPreflight: false,
  });
}

/**
 * A list of origins separated by commas, or `*`.
 * @throws when one is not an origin as browsers write it: scheme and host, the port where it is not the usual one.
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
