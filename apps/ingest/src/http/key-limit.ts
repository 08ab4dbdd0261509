import { FanfareError } from '@fanfare/core';
import type { FastifyReply } from 'fastify';
import type { IngestDeps } from '../deps.ts';

const WINDOW_MS = 60_000;

/** Counts a request in the current window. Returns the count and the ms until the window ends. */
const COUNT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}`;

/**
 * Counts a request of a credential and sets the X-RateLimit headers. `credential` identifies an API key or session
 * without revealing it.
 * @throws FanfareError `ERR_TOO_MANY_REQUESTS` over the limit, or a Redis error: no request passes uncounted.
 */
type Limit = (reply: FastifyReply, credential: string) => Promise<void>;

/** The limit per credential and minute, counted in the registry across all ingests; undefined if there is none. */
export function limitOf({ config, registry, now }: Pick<IngestDeps, 'config' | 'registry' | 'now'>): Limit | undefined {
  const max = config.REQUESTS_PER_MINUTE_PER_KEY;
  if (max === 0) return undefined;
  return async (reply, credential) => {
    const counted = await registry.eval(COUNT, 1, `ratelimit:{${credential}}`, WINDOW_MS);
    const [count, leftMs] = counted as [count: number, leftMs: number];
    reply.headers({
      'x-ratelimit-limit': max,
      'x-ratelimit-remaining': Math.max(0, max - count),
      'x-ratelimit-reset': Math.ceil((now() + leftMs) / 1000),
    });
    if (count <= max) return;
    const retryAfterS = Math.max(1, Math.ceil(leftMs / 1000));
    throw new FanfareError('ERR_TOO_MANY_REQUESTS', `more than ${max} requests in a minute`, { retryAfterS });
  };
}
