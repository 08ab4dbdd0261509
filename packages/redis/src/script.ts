import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { primariesOf } from './nodes.ts';
import { answersOf, inBatches } from './pipeline.ts';

/** Keys and arguments of one run. On Redis Cluster the keys of a run must share a hash tag. */
interface ScriptCall {
  keys: readonly string[];
  args: readonly ScriptArgument[];
}

/** An argument of a script; bytes stay bytes. */
type ScriptArgument = string | number | Buffer;

type ScriptRun<Result> = (redis: Redis, keys: readonly string[], args: readonly ScriptArgument[]) => Promise<Result>;

/** Missing in the types of ioredis. Its `callBuffer` loses its first argument under auto-pipelining. */
type Bytes = Record<'evalshaBuffer' | 'evalBuffer', (...args: (string | number | Buffer)[]) => Promise<unknown>>;

/** A Lua script. Each run is atomic, and nothing here retries it. */
export interface Script<Result> extends ScriptRun<Result> {
  /** Runs the script; texts in the result are buffers. */
  bytes: ScriptRun<Result>;
  /** Runs the script once per call, a thousand calls per round trip; answers are in the order of the calls. */
  each(redis: Redis, calls: readonly ScriptCall[]): Promise<Result[]>;
}

/**
 * Defines a Lua script and the type of its result. The hash is sent, and the whole script only if the server does not
 * know it. The text begins with comment lines that name KEYS, ARGV and the result.
 */
export function script<Result>(lua: string): Script<Result> {
  const sha = createHash('sha1').update(lua).digest('hex');

  async function byHash(send: (how: 'evalsha' | 'eval', text: string) => Promise<unknown>): Promise<Result> {
    try {
      return (await send('evalsha', sha)) as Result;
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await send('eval', lua)) as Result;
    }
  }

  const run: ScriptRun<Result> = (redis, keys, args) =>
    byHash((how, text) => redis[how](text, keys.length, ...keys, ...args));

  const bytes: ScriptRun<Result> = (redis, keys, args) =>
    byHash((how, text) => (redis as unknown as Bytes)[`${how}Buffer`](text, keys.length, ...keys, ...args));

  async function attempt(redis: Redis, calls: readonly ScriptCall[]): Promise<[Error | null, unknown][]> {
    const answers: [Error | null, unknown][] = [];
    for (const batch of inBatches(calls)) {
      const pipeline = redis.pipeline();
      for (const { keys, args } of batch) pipeline.evalsha(sha, keys.length, ...keys, ...args);
      for (const answer of (await pipeline.exec()) ?? []) answers.push(answer);
    }
    return answers;
  }

  async function each(redis: Redis, calls: readonly ScriptCall[]): Promise<Result[]> {
    const answers = await attempt(redis, calls);
    // Repeats only those that did not run: the server may have learned the script half-way.
    const missed = [...answers.keys()].filter((i) => answers[i]?.[0]?.message.startsWith('NOSCRIPT'));
    if (missed.length > 0) {
      await Promise.all(primariesOf(redis).map((primary) => primary.script('LOAD', lua)));
      const again = await attempt(
        redis,
        missed.map((i) => calls[i] as ScriptCall),
      );
      for (const [n, i] of missed.entries()) answers[i] = again[n] as [Error | null, unknown];
    }
    return answersOf(answers) as Result[];
  }

  return Object.assign(run, { bytes, each });
}
