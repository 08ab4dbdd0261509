import type { TestRedis } from './test-redis.ts';
import { until } from './until.ts';

/** Makes a server a replica of another and waits until it follows. Both have a port of their own. */
export async function replicate(replica: TestRedis, primary: TestRedis): Promise<void> {
  const { port, password } = new URL(primary.url);
  await primary.redis.config('SET', 'repl-diskless-sync-delay', 0);
  await replica.redis.config('SET', 'masterauth', decodeURIComponent(password));
  await replica.redis.replicaof('127.0.0.1', Number(port));
  const isUp = async () => (await replica.redis.info('replication')).includes('master_link_status:up');
  await until(isUp, 'the replica follows', { timeoutMs: 60_000 });
}
