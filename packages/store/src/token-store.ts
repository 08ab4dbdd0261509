import { randomUUID } from 'node:crypto';
import type { SharedToken, TokenClaim, TokenStore } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { type SecretBox, UndecryptableSecret } from './secrets.ts';

/** How long a process may take to fetch a token, ms: longer than any request for one. */
const LEASE_MS = 15_000;

const CLAIM = script<string>(`
-- KEYS token, lease
-- ARGV now, refused generation or nothing, new lease, how long it lasts
-- returns the entry of the token to use, "fetch" with the lease granted, or "busy"
local entry = redis.call('GET', KEYS[1])
if entry then
  local generation, useUntil, heldUntil, expiresAt = string.match(entry, '^(%S+) (%d+) (%d+) (%d+)')
  local untilWhen = generation == ARGV[2] and heldUntil or useUntil
  if tonumber(ARGV[1]) < math.min(tonumber(untilWhen), tonumber(expiresAt)) then return entry end
end
return redis.call('SET', KEYS[2], ARGV[3], 'NX', 'PX', ARGV[4]) and 'fetch' or 'busy'`);

const PUBLISH = script<number>(`
-- KEYS token, lease
-- ARGV lease, entry, how long it is kept
-- returns 1, or 0 when the lease has ended
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return 1`);

const ABANDON = script<number>(`
-- KEYS lease
-- ARGV lease
-- returns 1, or 0 when it has ended
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`);

const EXTEND = script<number>(`
-- KEYS token
-- ARGV generation, used until, not replaced before
-- returns 1, or 0 when another token is shared
local entry = redis.call('GET', KEYS[1]) or ''
local rest = string.match(entry, '^%S+ %d+ %d+ (.*)$')
if string.match(entry, '^%S+') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. rest, 'KEEPTTL')
return 1`);

/**
 * Shares the tokens of push services between all processes, encrypted with the key of the providers' secrets. One
 * process at a time fetches a token; one that dies meanwhile is replaced after 15 seconds.
 */
export function createTokenStore(redis: Redis, box: SecretBox): TokenStore {
  return {
    async claim(name, now, refused = '') {
      const lease = randomUUID();
      const answer = await CLAIM(redis, [keys.token(name), keys.tokenLease(name)], [now, refused, lease, LEASE_MS]);
      if (answer === 'fetch') return { kind: 'fetch', lease };
      return answer === 'busy' ? { kind: 'busy' } : decode(box, name, answer);
    },
    async publish(name, lease, token, now) {
      const names = [keys.token(name), keys.tokenLease(name)];
      const keptMs = Math.max(1, Math.ceil(Math.max(token.expiresAt, token.heldUntil) - now));
      return (await PUBLISH(redis, names, [lease, encode(box, name, token), keptMs])) === 1;
    },
    async abandon(name, lease) {
      await ABANDON(redis, [keys.tokenLease(name)], [lease]);
    },
    async extend(name, { generation, useUntil, heldUntil }) {
      await EXTEND(redis, [keys.token(name)], [generation, Math.ceil(useUntil), Math.ceil(heldUntil)]);
    },
  };
}

const contextOf = (name: string): string => `token|${name}`;

function encode(box: SecretBox, name: string, { generation, value, useUntil, heldUntil, expiresAt }: SharedToken) {
  const times = [useUntil, heldUntil, expiresAt].map(Math.ceil);
  return [generation, ...times, box.seal(value, contextOf(name))].join(' ');
}

function decode(box: SecretBox, name: string, entry: string): TokenClaim {
  const [generation = '', useUntil, heldUntil, expiresAt, sealed = ''] = entry.split(' ');
  try {
    const value = box.open(sealed, contextOf(name));
    const [used, held, expires] = [useUntil, heldUntil, expiresAt].map(Number) as [number, number, number];
    return { kind: 'token', token: { generation, value, useUntil: used, heldUntil: held, expiresAt: expires } };
  } catch (error) {
    if (!(error instanceof UndecryptableSecret)) throw error;
    return { kind: 'unreadable' };
  }
}
