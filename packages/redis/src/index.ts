export { acrossSlots } from './across-slots.ts';
export { type Clock, startClock } from './clock.ts';
export { duplicateRedis } from './cluster.ts';
export { connectRedis, connectRedisPair, type RedisPair } from './connect.ts';
export type { RedisRole } from './connection-options.ts';
export { redisEnv } from './env.ts';
export { getEach } from './get-each.ts';
export { readMemoryGauges } from './memory-gauges.ts';
export { type MemoryStop, memorySentence, stopsAt, TRIM_FROM } from './memory-stops.ts';
export { type MemoryState, MemoryWatch, readFullness, readFullnessAt } from './memory-watch.ts';
export { primariesOf, primaryOf } from './nodes.ts';
export { answersOf, commandEach, inBatches } from './pipeline.ts';
export {
  type Heartbeat,
  PROCESS_ROLES,
  type ProcessFacts,
  type ProcessRecord,
  type ProcessRole,
  type ProcessSettings,
  readProcesses,
  readProcessSettings,
  type SweeperFacts,
  startHeartbeat,
} from './processes.ts';
export { type HashRead, type HashValues, readHashes } from './read-hashes.ts';
export { describeReplication } from './replication.ts';
export { type Script, script } from './script.ts';
export { readServerGauges } from './server-gauges.ts';
export { type Durability, type RedisSettings, readRedisSettings } from './server-settings.ts';
export { MAX_SHARDS, shardTag } from './shard-tag.ts';
export { redisTrouble } from './trouble.ts';
export { checkMemory, checkWrite, readyWhenWritable } from './write-check.ts';
