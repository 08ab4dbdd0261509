import { createServer } from 'node:net';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Cluster } from 'ioredis';
import { commandEach } from '../src/index.ts';

const KEYS = Array.from({ length: 2500 }, (_, i) => `user:{demo:u${i}}`);

test('one command per item is answered in the order of any number of items', async () => {
  await using own = await startTestRedis();
  const set = (keys: readonly string[]) => commandEach(own.redis, keys, (commands, key) => commands.set(key, key));
  await set(KEYS);
  expect(await commandEach(own.redis, KEYS, (commands, key) => commands.get(key))).toEqual(KEYS);
  expect(await set([])).toEqual([]);
});

test('a command that Redis refuses is thrown', async () => {
  await using own = await startTestRedis();
  await own.redis.set('text', 'x');
  const push = commandEach(own.redis, ['text'], (commands, key) => commands.lpush(key, 'y'));
  await expect(push).rejects.toThrow('WRONGTYPE');
});

/** A port that is free now, for the cluster bus. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

const startNode = async () => {
  const port = await freePort();
  const bus = await freePort();
  const args = ['--cluster-enabled', 'yes', '--cluster-port', String(bus)];
  return Object.assign(await startTestRedis({ args, port }), { port, bus });
};

test('on a cluster, keys on several nodes are read and written in one call', async () => {
  await using first = await startNode();
  await using second = await startNode();
  const { password } = new URL(first.url);
  await second.redis.config('SET', 'requirepass', password);
  await first.redis.cluster('ADDSLOTSRANGE', 0, 8191);
  await second.redis.cluster('ADDSLOTSRANGE', 8192, 16_383);
  await first.redis.call('CLUSTER', 'MEET', '127.0.0.1', second.port, second.bus);
  const isUp = async () => {
    const states = await Promise.all([first, second].map(({ redis }) => redis.cluster('INFO')));
    return states.every((info) => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:2'));
  };
  await until(isUp, 'both nodes know the cluster');
  const cluster = new Cluster([{ host: '127.0.0.1', port: first.port }], {
    redisOptions: { password },
  });
  try {
    const some = KEYS.slice(0, 500);
    await commandEach(cluster, some, (commands, key) => commands.set(key, key));
    expect(await commandEach(cluster, some, (commands, key) => commands.get(key))).toEqual(some);
    expect(await first.redis.dbsize()).toBeGreaterThan(0);
    expect(await second.redis.dbsize()).toBeGreaterThan(0);
  } finally {
    cluster.disconnect();
  }
});
