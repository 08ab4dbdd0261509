export { connectRedis, connectRedisPair, type RedisPair, type RedisRole } from './connect.ts';
export { redisEnv } from './env.ts';
export { MemoryWatch } from './memory-watch.ts';
export { answersOf, commandEach, inBatches } from './pipeline.ts';
export { type Script, script } from './script.ts';
export { type Durability, type RedisSettings, readRedisSettings } from './server-settings.ts';
export { shardTag } from './shard-tag.ts';
export { redisTrouble } from './trouble.ts';
export { checkWrite, readyWhenWritable } from './write-check.ts';
