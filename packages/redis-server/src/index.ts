/** Finds or fetches a Redis-compatible server and runs a private one, for tests and for `fanfare dev`. */
export { type FindOptions, findRedis } from './find-redis.ts';
export { RedisFolderInUseError } from './folder-lock.ts';
export { RedisNotFoundError } from './not-found.ts';
export type { RedisBinary } from './redis-binary.ts';
export type { RedisExit, RedisServer } from './redis-server.ts';
export { type OpenRedis, redisUrlOrPrivate } from './redis-url-or-private.ts';
export { type StartOptions, startRedis } from './start-redis.ts';
