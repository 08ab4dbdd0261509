import { randomBytes } from 'node:crypto';
import { type AcceptedEvent, type EventRef, newEventKey } from '@fanfare/core';
import { advance, packFinished, planSlice, readEvent, settle } from '@fanfare/ledger';
import { connectRedis, readFullness, shardTag } from '@fanfare/redis';
import { limitMemory, startTestCluster, startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { SWEEP_TIMES, sweep } from '../src/sweep.ts';
import { sweepMemory } from '../src/sweep-memory.ts';
import { accept, aGroupMessage, takeJob } from './support/events.ts';
import { APP, seedApp, startFanout } from './support/fanout.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  await redis.config('SET', 'maxmemory', '0');
  await redis.flushall();
  await seedApp(redis);
});

interface MessageOptions extends Partial<AcceptedEvent> {
  group?: string;
  shards?: number;
  on?: Redis;
}

/** A message that was received so many minutes ago; its delivery to bob ends in this state, if any. */
async function message(minutesAgo: number, state?: 'accepted', options: MessageOptions = {}): Promise<EventRef> {
  const { group = 'hiking', shards = 1, on = redis, ...changes } = options;
  const receivedAt = Date.now() - minutesAgo * 60_000;
  const key = newEventKey(receivedAt, Math.random);
  const text = { id: '1', type: 'text', text: randomBytes(400).toString('base64') };
  const event = aGroupMessage({ message: text, conversation: { type: 'group', id: group } });
  const { ref } = await accept(on, event, { key, receivedAt, ...changes }, shards);
  const recipients = [{ kind: 'send', uid: 'bob', targets: [{ provider: 'custom' }] } as const];
  const slice = { first: 0, cursor: '', last: true, recipients, packSize: 1 };
  const { appId = APP } = changes;
  await planSlice(on, ref, appId, 0, slice);
  await advance(on, ref, (await takeJob(on, ref)).lock, 0, slice);
  if (state) await settle(on, ref, appId, [{ ordinal: 0, provider: 'custom', state }], receivedAt + 100);
  return ref;
}

/** For each of two shards, a group whose messages are stored there. */
async function groupOfEachShard(on: Redis, appId = APP): Promise<[string, string]> {
  const groups: (string | undefined)[] = [undefined, undefined];
  for (let n = 0; groups.includes(undefined); n++) {
    groups[(await message(0, undefined, { group: `g${n}`, shards: 2, on, appId })).shard] = `g${n}`;
  }
  return groups as [string, string];
}

const readLeft = async (on: Redis, refs: EventRef[]) =>
  (await Promise.all(refs.map((ref) => readEvent(on, ref)))).filter(Boolean).length;

const exist = (refs: EventRef[]) => Promise.all(refs.map(async (ref) => (await readEvent(redis, ref)) !== undefined));

describe('finished events', () => {
  const makeMany = async () => {
    const refs: EventRef[] = [];
    for (let n = 600; n > 0; n -= 50) {
      refs.push(...(await Promise.all(Array.from({ length: 50 }, (_, i) => message(n - i, 'accepted')))));
    }
    await packFinished(redis, 0, Date.now() + 60_000, 1000);
    return refs;
  };

  test('leave from 60 % on, the oldest first, until less is used; open ones stay', async () => {
    const open = await message(1000);
    const refs = await makeMany();
    await limitMemory(redis, 0.61);
    await using fanout = startFanout(redis);
    await sweepMemory(fanout, SWEEP_TIMES);
    expect(await readFullness(redis)).toBeLessThan(0.6);
    const there = await exist(refs);
    const left = there.filter(Boolean).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(600);
    expect(there.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => false));
    expect(there.slice(-50)).toEqual(Array.from({ length: 50 }, () => left >= 50));
    expect(await exist([open])).toEqual([true]);
    const counted = /^fanfare_trimmed_events_total\{kind="chat"\} (\d+)$/m.exec((await fanout.metrics.render()).body);
    expect(Number(counted?.[1])).toBe(600 - left);
  });

  test('all leave if that is not enough, and open ones stay', async () => {
    const open = await message(1000);
    const refs = await makeMany();
    await limitMemory(redis, 2);
    await using fanout = startFanout(redis);
    await sweepMemory(fanout, SWEEP_TIMES);
    expect((await exist(refs)).filter(Boolean)).toEqual([]);
    expect(await exist([open])).toEqual([true]);
  });

  test('leave even while Redis is so full that it refuses to look at open ones', async () => {
    await message(1000);
    const refs = [...(await makeMany()), await message(1, 'accepted')];
    await limitMemory(redis, 2);
    await using fanout = startFanout(redis);
    fanout.clock.advance(20_000);
    await expect(sweep(fanout, SWEEP_TIMES)).rejects.toThrow('OOM');
    expect((await exist(refs)).filter(Boolean)).toEqual([]);
  });

  test('stay for half a minute after they were done, even if new events are refused meanwhile', async () => {
    const ref = await message(0, 'accepted');
    await packFinished(redis, 0, Date.now() + 60_000, 1000);
    await limitMemory(redis, 0.9);
    await using fanout = startFanout(redis);
    fanout.clock.advance(SWEEP_TIMES.trimAfterMs - 2000);
    await sweepMemory(fanout, SWEEP_TIMES);
    expect(await exist([ref])).toEqual([true]);
    fanout.clock.advance(4000);
    await sweepMemory(fanout, SWEEP_TIMES);
    expect(await exist([ref])).toEqual([false]);
  });

  test('stay while there is room', async () => {
    const ref = await message(1000, 'accepted');
    await packFinished(redis, 0, Date.now() + 60_000, 1000);
    await limitMemory(redis, 0.55);
    await using fanout = startFanout(redis);
    await sweepMemory(fanout, SWEEP_TIMES);
    expect(await exist([ref])).toEqual([true]);
  });
});

describe('with several shards', () => {
  const finish = (n: number, options: MessageOptions) =>
    Promise.all(Array.from({ length: n }, (_, i) => message(n + 9 - i, 'accepted', { shards: 2, ...options })));

  async function pack(on: Redis): Promise<void> {
    for (const shard of [0, 1]) await packFinished(on, shard, Date.now() + 60_000, 1000);
  }

  test('large groups leave before messages, whichever shard they are on', async () => {
    const [first, second] = await groupOfEachShard(redis);
    const messages = await finish(200, { group: first });
    const large = await finish(200, { group: second, lane: 'bulk' });
    await pack(redis);
    await limitMemory(redis, 0.61);
    await using fanout = startFanout(redis, { shards: 2 });
    await sweepMemory(fanout, SWEEP_TIMES);
    expect(await readLeft(redis, large)).toBeLessThan(200);
    expect(await readLeft(redis, messages)).toBe(200);
  });

  test('an app over its share shortens its own history first, whichever shard it is on', async () => {
    const [first] = await groupOfEachShard(redis, 'small');
    const [, second] = await groupOfEachShard(redis);
    const few = await finish(50, { group: first, lane: 'bulk', appId: 'small' });
    const many = await finish(300, { group: second });
    await pack(redis);
    expect(new Set([...few, ...many].map(({ shard }) => shard)).size).toBe(2);
    await limitMemory(redis, 0.61);
    await using fanout = startFanout(redis, { shards: 2 });
    await sweepMemory(fanout, SWEEP_TIMES);
    expect([await readLeft(redis, few), (await readLeft(redis, many)) < 300]).toEqual([50, true]);
  });

  test('the oldest leave first over all shards', async () => {
    const [first, second] = await groupOfEachShard(redis);
    const young = await finish(200, { group: first });
    const old = (await Promise.all(
      Array.from({ length: 200 }, (_, i) => message(900 - i, 'accepted', { group: second, shards: 2 })),
    )) as EventRef[];
    await pack(redis);
    await limitMemory(redis, 0.61);
    await using fanout = startFanout(redis, { shards: 2 });
    await sweepMemory(fanout, SWEEP_TIMES);
    expect([(await readLeft(redis, old)) < 200, await readLeft(redis, young)]).toEqual([true, 200]);
  });

  test('on a cluster only those leave whose own server is full', async () => {
    await using cluster = await startTestCluster();
    const on = await connectRedis(cluster.url, 'worker', () => {});
    const [first, second] = await groupOfEachShard(on);
    const [roomy, short] = [await finish(20, { group: first, on }), await finish(20, { group: second, on })];
    await pack(on);
    for (const { redis: server } of cluster.nodes) {
      const has = await server.keys(`${shardTag(1)}:*`);
      await limitMemory(server, has.length > 0 ? 0.9 : 0.2);
    }
    await using fanout = startFanout(on, { shards: 2 });
    await sweepMemory(fanout, SWEEP_TIMES);
    expect([await readLeft(on, roomy), await readLeft(on, short)]).toEqual([20, 0]);
    on.disconnect();
  });
});
