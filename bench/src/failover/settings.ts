/** What protects answered events from a failover. */
export interface Setting {
  name: string;
  /** Of every Redis server. */
  redisArgs: readonly string[];
  /** Of ingest. */
  env: Readonly<Record<string, string>>;
}

/** What an operator chooses from, as in docs/redis.md. */
export const SETTINGS: readonly Setting[] = [
  { name: 'asynchronous', redisArgs: [], env: {} },
  {
    name: 'min-replicas-to-write 1',
    redisArgs: ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '10'],
    env: {},
  },
  { name: 'REDIS_WAIT_REPLICAS=1', redisArgs: [], env: { REDIS_WAIT_REPLICAS: '1' } },
];
