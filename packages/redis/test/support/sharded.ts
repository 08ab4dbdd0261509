import { startTestRedis, type TestRedis, until } from '@fanfare/testkit';

/** One server that holds all slots of a cluster: it refuses commands that touch two of them. */
export async function startSharded(): Promise<TestRedis> {
  const own = await startTestRedis({ args: ['--cluster-enabled', 'yes'], port: 0 });
  await own.redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until(async () => (await own.redis.cluster('INFO')).includes('cluster_state:ok'), 'the cluster is up');
  return own;
}
