import type { TestRedis } from '@fanfare/testkit';

type Redis = TestRedis['redis'];

/** A key of Redis, all that it holds as text, and how long it lives yet (ms; -1 forever). */
export interface RedisKey {
  name: string;
  content: string;
  ttlMs: number;
}

/** Every key that Redis has. */
export async function wholeRedis(redis: Redis): Promise<RedisKey[]> {
  const names = await redis.keys('*');
  const all = await Promise.all(names.map((name) => readKey(redis, name)));
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readKey(redis: Redis, name: string): Promise<RedisKey> {
  const [content, ttlMs] = await Promise.all([contentOf(redis, name), redis.pttl(name)]);
  return { name, content: JSON.stringify(content), ttlMs };
}

/** @throws for a type that is not known here, so that nothing is overlooked. */
async function contentOf(redis: Redis, name: string): Promise<unknown> {
  const type = await redis.type(name);
  switch (type) {
    case 'string':
      return redis.get(name);
    case 'hash':
      return redis.hgetall(name);
    case 'set':
      return redis.smembers(name);
    case 'zset':
      return redis.zrange(name, '0', '-1', 'WITHSCORES');
    case 'list':
      return redis.lrange(name, 0, -1);
    case 'stream':
      return redis.xrange(name, '-', '+');
    // It was there a moment ago.
    case 'none':
      return null;
    default:
      throw new Error(`${name} is a ${type}`);
  }
}

/** What kind of key it is: its name without the hash tag and the ids, e.g. `msg`, `ev`, `deliveries-custom-chat`. */
export const kindOf = (name: string): string =>
  (name.startsWith('{') ? name.replace(/^\{[^}]*\}:/, '') : name).split(':')[0] as string;
