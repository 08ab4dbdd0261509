import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { acrossSlots } from './across-slots.ts';
import { primariesOf } from './nodes.ts';
import { answersOf, commandEach } from './pipeline.ts';

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
  /**
   * The same at a fraction of the cost, for calls that write nothing twice when repeated: fifty calls in one run, whose
   * keys may be in different slots; like `each` where the server does not allow that. A call that fails may leave those
   * after it undone.
   */
  together(redis: Redis, calls: readonly ScriptCall[]): Promise<Result[]>;
}

/** Calls per run of `together`: the server does nothing else for about a millisecond. */
const TOGETHER = 50;

/** The script that runs another for many calls. */
const manyTimes = <Result>(lua: string): Script<Result[]> =>
  script(`
-- KEYS those of all calls
-- ARGV of each call: how many keys, how many arguments, the arguments
-- returns the result of each call
local function run(KEYS, ARGV)
${lua}
end
local results, key, arg = {}, 0, 0
while arg < #ARGV do
  local keyCount, argCount = tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2])
  arg = arg + 2
  local keys, args = {}, {}
  for i = 1, keyCount do keys[i] = KEYS[key + i] end
  for i = 1, argCount do args[i] = ARGV[arg + i] end
  key, arg = key + keyCount, arg + argCount
  local result = run(keys, args)
  -- A nil would end the list.
  if result == nil then result = false end
  results[#results + 1] = result
end
return results`);

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
    return (await commandEach(redis, calls, (commands, { keys, args }) =>
      commands.evalsha(sha, keys.length, ...keys, ...args).then(
        (answer) => [null, answer],
        (error: Error) => [error, undefined],
      ),
    )) as [Error | null, unknown][];
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

  let many: Script<Result[]> | undefined;
  async function together(redis: Redis, calls: readonly ScriptCall[]): Promise<Result[]> {
    many ??= manyTimes<Result>(lua);
    const runs: Promise<Result[]>[] = [];
    for (let from = 0; from < calls.length; from += TOGETHER) {
      const some = calls.slice(from, from + TOGETHER);
      const runAll = many;
      runs.push(
        acrossSlots(
          redis,
          () => runAll(redis, ...joined(some)),
          () => each(redis, some),
        ),
      );
    }
    return (await Promise.all(runs)).flat(1) as Result[];
  }

  return Object.assign(run, { bytes, each, together });
}

function joined(calls: readonly ScriptCall[]): [keys: string[], args: ScriptArgument[]] {
  const [allKeys, allArgs]: [string[], ScriptArgument[]] = [[], []];
  for (const { keys, args } of calls) {
    allKeys.push(...keys);
    allArgs.push(keys.length, args.length, ...args);
  }
  return [allKeys, allArgs];
}
