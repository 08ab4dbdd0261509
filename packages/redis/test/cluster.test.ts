import { type ClusterNode, startTestCluster, type TestCluster, until } from '@fanfare/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Cluster, Redis } from 'ioredis';
import {
  answersOf,
  checkWrite,
  commandEach,
  connectRedis,
  describeReplication,
  readFullness,
  readHashes,
  readRedisSettings,
  redisTrouble,
  script,
} from '../src/index.ts';

const KEYS = Array.from({ length: 1500 }, (_, i) => `user:{demo:u${i}}`);

let servers: TestCluster;
let redis: Redis;

beforeAll(async () => {
  servers = await startTestCluster();
  redis = await connectRedis(servers.url, 'worker', () => {});
});

afterAll(async () => {
  redis.disconnect();
  await servers[Symbol.asyncDispose]();
});

describe('on a cluster', () => {
  test('keys on all nodes are written and read in one call, in their order', async () => {
    await commandEach(redis, KEYS, (commands, key) => commands.hset(key, 'name', key));
    expect(await commandEach(redis, KEYS, (commands, key) => commands.hget(key, 'name'))).toEqual(KEYS);
    for (const node of servers.nodes) expect(await node.redis.dbsize()).toBeGreaterThan(300);
    const found = await readHashes(
      redis,
      KEYS.map((key) => ({ key })),
      ['name'],
    );
    expect(found.map(([name]) => name?.toString())).toEqual(KEYS);
  });

  test('a command that Redis refuses fails alone', async () => {
    await redis.set('text', 'x');
    const answers = (await redis.pipeline().set('other', '1').lpush('text', 'y').get('other').exec()) ?? [];
    expect(answers.map(([error]) => error?.message.slice(0, 9))).toEqual([undefined, 'WRONGTYPE', undefined]);
    expect(answers[2]?.[1]).toBe('1');
    expect(answersOf(await redis.pipeline().exec())).toEqual([]);
  });

  test('a script runs on nodes that have never seen it, once or many times', async () => {
    const add = script<number>("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    const calls = KEYS.map((key) => ({ keys: [`${key}:n`], args: [1] }));
    expect(await add.each(redis, calls)).toEqual(calls.map(() => 1));
    expect(await add.each(redis, calls)).toEqual(calls.map(() => 2));
    const bytes = script<Buffer>("return redis.call('HGET', KEYS[1], 'name')");
    for (const key of KEYS.slice(0, 20)) expect(String(await bytes.bytes(redis, [key], []))).toBe(key);
  });

  test('a script on keys in several slots is refused', async () => {
    const both = script<number>("return redis.call('EXISTS', KEYS[1], KEYS[2])");
    await expect(both(redis, [KEYS[0] as string, KEYS[1] as string], [])).rejects.toThrow(/same slot/);
  });

  test('one node of many leads to the others', async () => {
    const [node] = servers.nodes;
    const other = await connectRedis(node?.server.url as string, 'request', () => {});
    expect(await commandEach(other, KEYS, (commands, key) => commands.hget(key, 'name'))).toEqual(KEYS);
    other.disconnect();
  });

  test('a pipeline whose node is gone leaves no command behind on another, which would shift its answers', async () => {
    const request = await connectRedis(servers.url, 'request', () => {});
    const ours = KEYS.slice(0, 300);
    await commandEach(request, ours, (commands, key) => commands.set(key, key));
    const [connecting, gone] = (request as unknown as Cluster).nodes('master') as [Redis, Redis];
    const { connectionPool: pool } = request as unknown as {
      connectionPool: { nodes: { all: Record<string, Redis> } };
    };
    const name = `${gone.options.host}:${gone.options.port}`;
    for (let round = 0; round < 10; round++) {
      // What a client sees while a replica is promoted.
      delete pool.nodes.all[name];
      Object.assign(connecting, { status: 'connecting' });
      const answers = commandEach(request, ours, (commands, key) => commands.get(key)).catch(() => 'refused');
      Object.assign(connecting, { status: 'ready' });
      pool.nodes.all[name] = gone;
      await answers;
    }
    expect(await Promise.all(ours.map((key) => request.get(key)))).toEqual(ours);
    request.disconnect();
  });

  test('the weakest settings and the fullest primary count', async () => {
    const [first, second] = servers.nodes;
    expect(await readRedisSettings(redis)).toEqual({ durability: 'disk', maxmemoryPolicy: 'noeviction' });
    await first?.redis.config('SET', 'appendfsync', 'everysec');
    await second?.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await readRedisSettings(redis)).toEqual({ durability: 'second', maxmemoryPolicy: 'allkeys-lru' });
    expect(await readFullness(redis)).toBe(0);
    await second?.redis.config('SET', 'maxmemory', 1024 * 1024);
    expect(await readFullness(redis)).toBeGreaterThan(1);
    await second?.redis.config('SET', 'maxmemory', 0);
  });

  test('a primary that refuses writes makes the whole not writable', async () => {
    expect(await checkWrite(redis)).toEqual({ ok: true });
    expect(await describeReplication(redis)).toEqual({ ok: true, detail: 'no replica' });
    const last = servers.nodes[2];
    await last?.redis.config('SET', 'min-replicas-to-write', 1);
    const check = await checkWrite(redis);
    expect(check.detail).toMatch('NOREPLICAS');
    await last?.redis.config('SET', 'min-replicas-to-write', 0);
  });
});

test('requests fail while a primary is down, workers wait for its replica', async () => {
  await using own = await startTestCluster({ replicas: 1, nodeTimeoutMs: 1000 });
  const request = await connectRedis(own.url, 'request', () => {});
  const worker = await connectRedis(own.url, 'worker', () => {});
  await commandEach(worker, KEYS, (commands, key) => commands.set(key, '1'));
  await own.nodes[0]?.redis.wait(1, 5000);
  expect(await describeReplication(worker)).toEqual({ ok: true, detail: '1 per primary, asynchronous' });
  const needReplica = (node: ClusterNode) => node.redis.config('SET', 'min-replicas-to-write', 1);
  await Promise.all(own.nodes.map(needReplica));
  expect(await describeReplication(worker)).toEqual({ ok: true, detail: '1 per primary, refusing writes without one' });
  await Promise.all(own.nodes.map(({ redis: node }) => node.config('SET', 'min-replicas-to-write', 0)));
  await own.nodes[0]?.server.kill();
  const waiting = commandEach(worker, KEYS, (commands, key) => commands.incr(key));
  const refused = await commandEach(request, KEYS, (commands, key) => commands.get(key)).catch((error) => error);
  expect(redisTrouble(refused)).toBe('away');
  expect(new Set((await waiting).map(Number))).toContain(2);
  await until(async () => (await checkWrite(request)).ok, 'requests are taken again', { timeoutMs: 30_000 });
  request.disconnect();
  worker.disconnect();
});

test('a cluster of which no server is left is not writable', async () => {
  const request = await connectRedis(servers.url, 'request', () => {});
  expect(await checkWrite(request)).toEqual({ ok: true });
  await Promise.all(servers.nodes.map(({ server }) => server.kill()));
  const known = () => (request as unknown as Cluster).nodes('master').length;
  await until(() => checkWrite(request).then(() => known() === 0), 'the client has given up all nodes');
  expect((await checkWrite(request)).ok).toBe(false);
  request.disconnect();
});
