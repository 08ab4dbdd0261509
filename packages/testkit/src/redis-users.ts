import { Cluster, type Redis } from 'ioredis';
import type { TestRedis } from './test-redis.ts';

const serversOf = (redis: Redis | Cluster): Redis[] => (redis instanceof Cluster ? redis.nodes('master') : [redis]);

/** What docs/security.md grants. */
const RULES = '>own ~* &* +@all -@dangerous +info +config|get'.split(' ');

/** The URL of a Redis with a user of its own, by whom the server's list of clients tells a process from others. */
export async function withUser({ redis, url }: Pick<TestRedis, 'redis' | 'url'>, user: string): Promise<string> {
  await Promise.all(serversOf(redis).map((one) => one.call('ACL', 'SETUSER', user, 'on', ...RULES)));
  return url.replaceAll(/\/\/[^@/]*@/g, `//${user}:own@`);
}

/** How many connections each user has, to all servers together. */
export async function connectionsByUser(redis: Redis): Promise<Map<string, number>> {
  const lists = await Promise.all(serversOf(redis).map((one) => one.client('LIST')));
  const counts = new Map<string, number>();
  for (const [, user = ''] of lists.join('\n').matchAll(/ user=(\S+)/g)) counts.set(user, (counts.get(user) ?? 0) + 1);
  return counts;
}
