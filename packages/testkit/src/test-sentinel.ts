import { randomBytes } from 'node:crypto';
import { findRedis, type RedisServer, startRedis } from '@fanfare/redis-server';
import { Redis } from 'ioredis';
import { freePorts } from './free-ports.ts';
import { until } from './until.ts';

/** A primary, its replica and the Sentinels that watch them. */
export interface TestSentinel extends AsyncDisposable {
  /** REDIS_URL. */
  url: string;
  /** A client of whatever is the primary. */
  redis: Redis;
  /** The first primary. */
  server: RedisServer;
  [Symbol.asyncDispose](): Promise<void>;
}

const NAME = 'fanfare';

/**
 * Starts a primary with a replica and three Sentinels, which promote the replica a second after the primary died. The
 * others reach the primary at the port that `announce` returns, e.g. that of a proxy.
 */
export async function startTestSentinel(
  args: string[] = [],
  announce: (port: number) => Promise<number> = async (port) => port,
): Promise<TestSentinel> {
  const password = randomBytes(12).toString('hex');
  const binary = await findRedis();
  const [first, second, ...others] = (await freePorts(5)) as [number, number, number, number, number];
  const common = [...args, '--masterauth', password, '--repl-diskless-sync-delay', '0'];
  const primary = await startRedis({ binary, port: first, password, args: common });
  const announced = await announce(first);
  const replica = await startRedis({
    binary,
    port: second,
    password,
    args: [...common, '--replicaof', `127.0.0.1 ${announced}`],
  });
  await withClient(replica.url, (redis) =>
    until(async () => (await redis.info('replication')).includes('master_link_status:up'), 'the replica follows'),
  );
  const settings = [
    `--sentinel monitor ${NAME} 127.0.0.1 ${announced} 2`,
    `--sentinel auth-pass ${NAME} ${password}`,
    `--sentinel down-after-milliseconds ${NAME} 1000`,
    `--sentinel failover-timeout ${NAME} 5000`,
  ];
  const sentinels = await Promise.all(
    others.map((port) => startRedis({ binary, port, password, args: ['--sentinel', ...settings] })),
  );
  for (const { url } of sentinels) {
    await withClient(url, (sentinel) => until(() => knowsAll(sentinel), 'the Sentinels know each other'));
  }
  const redis = new Redis({
    sentinels: others.map((port) => ({ host: '127.0.0.1', port })),
    name: NAME,
    password,
    sentinelPassword: password,
    maxRetriesPerRequest: null,
  });
  const hosts = others.map((port) => `127.0.0.1:${port}`).join(',');
  return {
    url: `redis+sentinel://:${password}@${hosts}/0?name=${NAME}&sentinelPassword=${password}`,
    redis: redis.on('error', () => {}),
    server: primary,
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      for (const server of [...sentinels, replica, primary]) await server[Symbol.asyncDispose]();
    },
  };
}

async function withClient(url: string, act: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  redis.on('error', () => {});
  try {
    await act(redis);
  } finally {
    redis.disconnect();
  }
}

async function knowsAll(sentinel: Redis): Promise<boolean> {
  const flat = (await sentinel.call('SENTINEL', 'MASTER', NAME)) as string[];
  const value = (field: string) => flat[flat.indexOf(field) + 1];
  return value('num-slaves') === '1' && value('num-other-sentinels') === '2';
}
