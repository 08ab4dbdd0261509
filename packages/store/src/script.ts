import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { answersOf, inBatches } from './pipeline.ts';

/** What one run of a script is given. On Redis Cluster its keys must share a hash tag. */
interface ScriptCall {
  keys: readonly string[];
  args: readonly (string | number)[];
}

/** A Lua script: run by its hash, sent whole only to a server that does not know it yet. Each run is atomic. */
export interface Script<Result> {
  run(redis: Redis, call: ScriptCall): Promise<Result>;
  /** Many runs, a thousand to a round trip (two where the server did not know the script), answers in their order. */
  runAll(redis: Redis, calls: readonly ScriptCall[]): Promise<Result[]>;
}

/** Names a Lua script and the type of its answer. */
export function script<Result>(lua: string): Script<Result> {
  const sha = createHash('sha1').update(lua).digest('hex');

  async function attempt(redis: Redis, calls: readonly ScriptCall[]): Promise<[Error | null, unknown][]> {
    const answers: [Error | null, unknown][] = [];
    for (const batch of inBatches(calls)) {
      const pipeline = redis.pipeline();
      for (const { keys, args } of batch) pipeline.evalsha(sha, keys.length, ...keys, ...args);
      for (const answer of (await pipeline.exec()) ?? []) answers.push(answer);
    }
    return answers;
  }

  async function runAll(redis: Redis, calls: readonly ScriptCall[]): Promise<Result[]> {
    const answers = await attempt(redis, calls);
    // Only those that did not run: the script may have become known half-way.
    const missed = [...answers.keys()].filter((i) => answers[i]?.[0]?.message.startsWith('NOSCRIPT'));
    if (missed.length > 0) {
      await redis.script('LOAD', lua);
      const again = await attempt(
        redis,
        missed.map((i) => calls[i] as ScriptCall),
      );
      for (const [n, i] of missed.entries()) answers[i] = again[n] as [Error | null, unknown];
    }
    return answersOf(answers) as Result[];
  }

  return { runAll, run: async (redis, call) => (await runAll(redis, [call]))[0] as Result };
}
