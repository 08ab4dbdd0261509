import { beforeEach, describe, expect, test } from '@jest/globals';
import { addMembers, countMembers, pageMembers, replaceMembers } from '../src/index.ts';
import { privateRedis, stream, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();

const OLD = ['old-1', 'old-2'];
/** More than two round trips of a load. */
const NEW = uidsOf(2500, 'new');

beforeEach(() => addMembers(redis, 'demo', 'hiking', OLD, 1000));

const replace = (uids: AsyncIterable<string>) => replaceMembers(redis, 'demo', 'hiking', uids);
const members = () => pageMembers(redis, 'demo', 'hiking', '', 10_000);
const loads = () => redis.keys('*load*');

describe('replacing the members of a group', () => {
  test('by a stream makes it the list, and returns its length', async () => {
    expect(await replace(stream(NEW))).toBe(2500);
    expect(await members()).toEqual(NEW);
    expect(await loads()).toEqual([]);
  });

  test('shows the old list until the last uid is in', async () => {
    const seen: string[][] = [];
    async function* watched() {
      for (const [i, uid] of NEW.entries()) {
        if (i % 1250 === 0) seen.push(await members());
        yield uid;
      }
      seen.push(await members());
    }
    await replace(watched());
    expect(seen).toEqual([OLD, OLD, OLD]);
    expect(await members()).toEqual(NEW);
  });

  test('counts each member once, in any order and however often repeated', async () => {
    const twice = [...NEW, ...[...NEW].reverse()];
    expect(await replace(stream(twice))).toBe(2500);
    expect(await members()).toEqual(NEW);
  });

  test('by an empty stream empties it', async () => {
    expect(await replace(stream([]))).toBe(0);
    expect(await countMembers(redis, 'demo', 'hiking')).toBe(0);
  });

  test('makes a list that stays, and no key for each member', async () => {
    await replace(stream(NEW));
    expect(await redis.ttl('members:{demo:hiking}')).toBe(-1);
    expect(await redis.keys('*')).toEqual(
      expect.arrayContaining(['members:{demo:hiking}', 'group:{demo:hiking}', 'groups:{demo}']),
    );
    expect(await redis.dbsize()).toBe(4);
  });

  test('leaves the lists of other groups and apps alone', async () => {
    await addMembers(redis, 'demo', 'chess', OLD, 1000);
    await addMembers(redis, 'other', 'hiking', OLD, 1000);
    await replace(stream(NEW));
    expect(await countMembers(redis, 'demo', 'chess')).toBe(2);
    expect(await countMembers(redis, 'other', 'hiking')).toBe(2);
  });
});

describe('a load that fails', () => {
  test.each([0, 1, 1000, 2499])(
    'since its stream fails after %d members keeps the old list and leaves nothing behind',
    async (fine) => {
      async function* broken() {
        yield* NEW.slice(0, fine);
        throw new Error('line 2: is not JSON');
      }
      await expect(replace(broken())).rejects.toThrow('line 2: is not JSON');
      expect(await members()).toEqual(OLD);
      expect(await loads()).toEqual([]);
    },
  );

  test('because its process died expires', async () => {
    const ttls: number[] = [];
    async function* watched() {
      yield* NEW;
      for (const key of await loads()) ttls.push(await redis.ttl(key));
    }
    await replace(watched());
    expect(ttls).toHaveLength(1);
    expect(ttls[0]).toBeGreaterThan(0);
  });

  test.each([
    ['all', 2000, 2000],
    ['some', 1500, 2500],
  ])('since %s of what was loaded was lost is an error, and keeps the old list', async (_, lost, length) => {
    async function* interrupted() {
      yield* NEW.slice(0, lost);
      for (const key of await loads()) await redis.del(key);
      yield* NEW.slice(lost, length);
    }
    await expect(replace(interrupted())).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    expect(await members()).toEqual(OLD);
    expect(await loads()).toEqual([]);
  });
});

test('two concurrent loads do not mix: the one that ends last wins', async () => {
  async function* slow() {
    yield* NEW.slice(0, 1200);
    expect(await replace(stream(uidsOf(1500, 'other')))).toBe(1500);
    yield* NEW.slice(1200);
  }
  expect(await replace(slow())).toBe(2500);
  expect(await members()).toEqual(NEW);
  expect(await loads()).toEqual([]);
});
