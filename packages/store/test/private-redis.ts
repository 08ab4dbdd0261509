import { startTestRedis, type TestRedis, type TestRedisOptions } from '@fanfare/testkit';
import { afterAll, beforeEach } from '@jest/globals';
import type { ChainableCommander, Redis } from 'ioredis';
import { createUser } from '../src/index.ts';

/** A private Redis server of this test file, empty before each test. */
export async function privateRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const own = await startTestRedis(options);
  beforeEach(() => own.redis.flushall());
  afterAll(() => own[Symbol.asyncDispose]());
  return own;
}

/** The same Redis, with an action before each command or transaction: another command, or a crash. */
export function interposed(redis: Redis, first: () => Promise<void>): Redis {
  const after =
    (act: (...args: unknown[]) => unknown) =>
    async (...args: unknown[]) => {
      await first();
      return act(...args);
    };
  const get = (_: Redis, name: string) => {
    const member: unknown = Reflect.get(redis, name);
    if (typeof member !== 'function') return member;
    const command = member.bind(redis) as (...args: unknown[]) => unknown;
    if (name !== 'multi' && name !== 'pipeline') return after(command);
    const chain = command() as ChainableCommander;
    const exec = chain.exec.bind(chain, undefined);
    return () => Object.assign(chain, { exec: after(exec) });
  };
  return new Proxy(redis, { get: get as ProxyHandler<Redis>['get'] & object });
}

/** The server's complete content except the usage counts (usage.test.ts): each key and its value as JSON. */
export async function everything(redis: Redis): Promise<Record<string, string>> {
  const names = (await redis.keys('*')).filter((name) => !name.startsWith('usage:')).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await contentOf(redis, name)])));
}

async function contentOf(redis: Redis, name: string): Promise<string> {
  switch (await redis.type(name)) {
    case 'hash':
      return JSON.stringify(await redis.hgetall(name));
    case 'set':
      return JSON.stringify((await redis.smembers(name)).sort());
    case 'zset':
      return JSON.stringify(await redis.zrange(name, '0', '-1'));
    default:
      return JSON.stringify(await redis.get(name));
  }
}

export async function* stream(uids: Iterable<string>): AsyncGenerator<string> {
  yield* uids;
}

/** How many push tokens the index knows, in its current form and the former one. */
export async function indexedTokens(redis: Redis): Promise<number> {
  const counts = await Promise.all((await redis.keys('tokens:*')).map((name) => redis.hlen(name)));
  return counts.reduce((sum, n) => sum + n, (await redis.keys('pushtoken:*')).length);
}

/** This many different uids, sorted. */
export const uidsOf = (count: number, prefix = 'user'): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(7, '0')}`);

/** Gives these users a record. */
export async function createUsers(redis: Redis, appId: string, uids: readonly string[], now: number): Promise<void> {
  await Promise.all(uids.map((uid) => createUser(redis, appId, uid, now)));
}

/** The same without the tombstones of erased users. */
export async function withoutTombstones(redis: Redis): Promise<Record<string, string>> {
  const all = Object.entries(await everything(redis));
  return Object.fromEntries(all.filter(([, value]) => value !== '{"erased":"1"}'));
}
