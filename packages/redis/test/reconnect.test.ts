import { startTcpProxy, startTestRedis, type TcpProxy, type TestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { connectRedis, type RedisRole } from '../src/index.ts';

const ROLES: readonly RedisRole[] = ['request', 'worker'];

/** A Redis behind a proxy, and a connection to it. */
async function connectThroughProxy(role: RedisRole) {
  const server = await startTestRedis({ port: 0 });
  const proxy = await startTcpProxy(server.url);
  const redis = await connectRedis(proxy.through(server.url), role, () => {});
  return {
    server,
    proxy,
    redis,
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Demotes a server and points its address to another one with the same password. */
async function failOver(proxy: TcpProxy, from: TestRedis, to: TestRedis): Promise<void> {
  const { port, hostname, password } = new URL(to.url);
  await to.redis.config('SET', 'requirepass', new URL(from.url).password);
  await from.redis.config('SET', 'masterauth', password);
  await from.redis.replicaof(hostname, port);
  proxy.pointTo(to.url);
}

const written = (redis: Redis) => until(() => redis.set('written', 'yes'), 'a write is taken');

test.each(ROLES)('a %s connection whose server has become a replica connects to the new primary', async (role) => {
  await using old = await connectThroughProxy(role);
  await using primary = await startTestRedis({ port: 0 });
  await failOver(old.proxy, old.server, primary);
  await written(old.redis);
  expect(await primary.redis.get('written')).toBe('yes');
});

test('a script refused for writing to a replica makes the connection change servers too', async () => {
  await using old = await connectThroughProxy('worker');
  await using primary = await startTestRedis({ port: 0 });
  await failOver(old.proxy, old.server, primary);
  await until(() => old.redis.eval("return redis.call('SET', KEYS[1], 'yes')", 1, 'written'), 'the script has run');
  expect(await primary.redis.get('written')).toBe('yes');
});

test('a connection that BullMQ duplicates for blocking commands changes servers too', async () => {
  await using old = await connectThroughProxy('worker');
  await using primary = await startTestRedis({ port: 0 });
  const blocking = old.redis.duplicate({ maxRetriesPerRequest: null });
  blocking.on('error', () => undefined);
  await blocking.ping();
  await failOver(old.proxy, old.server, primary);
  await written(blocking);
  blocking.disconnect();
  expect(await primary.redis.get('written')).toBe('yes');
});

test.each(ROLES)(
  'a %s connection that has fallen silent is replaced',
  async (role) => {
    await using one = await connectThroughProxy(role);
    one.proxy.silence();
    await until(() => one.redis.set('written', 'yes'), 'a write is taken', { timeoutMs: 20_000 });
    expect(await one.server.redis.get('written')).toBe('yes');
  },
  30_000,
);

test('a blocking command may be silent for as long as BullMQ waits', async () => {
  await using one = await connectThroughProxy('worker');
  const blocking = one.redis.duplicate({ maxRetriesPerRequest: null });
  const failures: Error[] = [];
  blocking.on('error', (error) => failures.push(error));
  expect(await blocking.bzpopmin('nothing', 10)).toBeNull();
  blocking.disconnect();
  expect(failures).toEqual([]);
}, 30_000);

test('a blocking connection that has fallen silent is replaced', async () => {
  await using one = await connectThroughProxy('worker');
  const blocking = one.redis.duplicate({ maxRetriesPerRequest: null });
  blocking.on('error', () => undefined);
  await blocking.ping();
  const { opened } = one.proxy;
  one.proxy.silence();
  const popped = blocking.bzpopmin('marker', 10);
  await one.server.redis.zadd('marker', 1, 'job');
  expect(await popped).toEqual(['marker', 'job', '1']);
  expect(one.proxy.opened).toBeGreaterThan(opened);
  blocking.disconnect();
}, 40_000);
