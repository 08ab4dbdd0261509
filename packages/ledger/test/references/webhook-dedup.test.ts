import { startTestRedis, until } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { dedupSuffix } from '../../src/index.ts';
import { APP } from '../support/events.ts';

/** All slots of a cluster: it refuses commands on two of them. */
const own = await startTestRedis({ args: ['--cluster-enabled', 'yes'], port: 0 });
const { redis } = own;

beforeAll(async () => {
  await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until(async () => (await redis.cluster('INFO')).includes('cluster_state:ok'), 'the cluster is up');
});
beforeEach(() => redis.flushall());
afterAll(() => own[Symbol.asyncDispose]());

let serial = 0;
const said = (words: string, uids = ['bob'], subject = 'm:hiking') =>
  dedupSuffix(redis, APP, { subject, uids, words }, `o${++serial}`);

describe('the same words again', () => {
  test('are a repeat', async () => {
    const first = await said('joined');
    expect(first).toBe(`o${serial}`);
    expect([await said('joined'), await said('joined')]).toEqual([first, first]);
  });

  test('are a new action when something else happened in between', async () => {
    const joined = await said('joined');
    const left = await said('left');
    const again = await said('joined');
    expect(new Set([joined, left, again]).size).toBe(3);
    expect(await said('joined')).toBe(again);
  });

  test('are a repeat whatever happens to others, elsewhere or in other words', async () => {
    const first = await said('joined');
    await said('left', ['carol']);
    await said('left', ['bob'], 'm:chess');
    await dedupSuffix(redis, 'other', { subject: 'm:hiking', uids: ['bob'], words: 'left' }, 'x');
    expect(await said('joined')).toBe(first);
    expect(await said('joined-too')).not.toBe(first);
  });

  test('about several users are a new action when something else happened to one of them', async () => {
    const both = ['bob', 'carol'];
    const first = await said('added', both);
    expect(await said('added', both)).toBe(first);
    await said('kicked', ['carol']);
    const again = await said('added', both);
    expect(again).not.toBe(first);
    expect(await said('added', both)).toBe(again);
  });

  test('concurrently are one action', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => said('joined')));
    expect(new Set(all).size).toBe(1);
  });

  test('are a new action a minute later, when the first has expired, however often it was repeated', async () => {
    const first = await said('joined');
    const [key] = await redis.keys('*');
    await redis.pexpire(key as string, 30_000);
    await said('joined');
    expect(await redis.pttl(key as string)).toBeLessThanOrEqual(30_000);
    await redis.pexpire(key as string, 0);
    expect(await said('joined')).not.toBe(first);
    const ttl = await redis.pttl(key as string);
    expect([ttl > 50_000, ttl <= 60_000]).toEqual([true, true]);
  });

  test('may be about thousands of users', async () => {
    const uids = Array.from({ length: 10_000 }, (_, i) => `user-${i}`);
    const first = await said('added', uids);
    expect(await said('added', uids)).toBe(first);
  });
});
