import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A Lua script: run by its hash, sent whole only to a server that does not know it yet. */
export type Script<Result> = (
  redis: Redis,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<Result>;

/** Names a Lua script and the type of its answer. The script itself is atomic; nothing here retries it. */
export function script<Result>(lua: string): Script<Result> {
  const sha = createHash('sha1').update(lua).digest('hex');
  return async (redis, keys, args) => {
    try {
      return (await redis.evalsha(sha, keys.length, ...keys, ...args)) as Result;
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await redis.eval(lua, keys.length, ...keys, ...args)) as Result;
    }
  };
}
