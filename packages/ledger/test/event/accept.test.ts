import { shardTag } from '@fanfare/redis';
import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import {
  acceptEvent,
  findEvent,
  readCursor,
  readEvent,
  readExpansion,
  readProgress,
  readSummaries,
} from '../../src/index.ts';
import {
  APP,
  accepted,
  becomes,
  countsOf,
  HOUR,
  isOnOpenList,
  NOW,
  planned,
  recordAttempt,
  settleAll,
  users,
} from '../support/events.ts';

const ONE = { shards: 1 };
/** How far a TTL may be off: some count from NOW, which was when this file was loaded. */
const tolerance = () => Date.now() - NOW + 60_000;
/** Buckets are kept up to a day longer than the first of their entries. */
function expectWithinADay(more: number): void {
  expect(more).toBeGreaterThan(-tolerance());
  expect(more).toBeLessThanOrEqual(24 * HOUR);
}

const later = (ms: number, over = {}) => accepted({ receivedAt: NOW + ms, ...over });

test('an event is stored as it was accepted, at the start of its expansion, and on the open list', async () => {
  await using own = await startTestRedis();
  const event = accepted({ lane: 'bulk', settingsVersion: 7 });
  const ref = await acceptEvent(own.redis, event, ONE);
  expect(ref).toEqual({ key: event.key, shard: 0, duplicate: false, queueIn: 'bulk' });
  expect(await readEvent(own.redis, ref)).toEqual(event);
  const cursor = { slice: 0, cursor: '', next: 0, full: false, applied: false, admission: 'admitted' };
  expect(await readCursor(own.redis, ref)).toEqual(cursor);
  expect(await readExpansion(own.redis, ref)).toEqual({ accepted: event, cursor });
  expect((await readProgress(own.redis, ref))?.state).toBe('expanding');
  expect(await countsOf(own.redis, ref)).toEqual({});
  expect(await isOnOpenList(own.redis, ref)).toBe(true);
  expect(await findEvent(own.redis, APP, 'msg-1')).toEqual({ key: event.key, shard: 0 });
});

test('an unknown event is not found', async () => {
  await using own = await startTestRedis();
  const nothing = { key: 'em5x8k2a0zzzzzz', shard: 0 };
  expect(await findEvent(own.redis, APP, 'msg-1')).toBeUndefined();
  expect(await readEvent(own.redis, nothing)).toBeUndefined();
  expect(await readCursor(own.redis, nothing)).toBeUndefined();
  expect(await readExpansion(own.redis, nothing)).toBeUndefined();
  expect(await readProgress(own.redis, nothing)).toBeUndefined();
});

describe('a repeated event', () => {
  test('is a duplicate and returns the first, whatever its body', async () => {
    await using own = await startTestRedis();
    const first = accepted({ to: 'bob' });
    await acceptEvent(own.redis, first, ONE);
    const again = await acceptEvent(own.redis, accepted({ to: 'carl' }), ONE);
    expect(again).toMatchObject({ key: first.key, shard: 0, duplicate: true });
    expect(await readEvent(own.redis, again)).toEqual(first);
    expect(await own.redis.zcard('{p0}:open-looks:chat:shop')).toBe(1);
  });

  test('offered twenty times at once is accepted exactly once', async () => {
    await using own = await startTestRedis();
    const offers = Array.from({ length: 20 }, () => acceptEvent(own.redis, accepted(), ONE));
    const answers = await Promise.all(offers);
    expect(answers.filter((answer) => !answer.duplicate)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.key)).size).toBe(1);
    expect(await own.redis.zcard('{p0}:open-looks:chat:shop')).toBe(1);
  });

  test('is a duplicate for 24 hours, and then accepted again', async () => {
    await using own = await startTestRedis();
    const first = accepted();
    await acceptEvent(own.redis, first, ONE);
    const day = 24 * HOUR;
    expect(await acceptEvent(own.redis, later(day - 1), ONE)).toMatchObject({ key: first.key, duplicate: true });
    const second = later(day);
    expect(await acceptEvent(own.redis, second, ONE)).toMatchObject({ key: second.key, duplicate: false });
    expect(await findEvent(own.redis, APP, 'msg-1', NOW + day)).toMatchObject({ key: second.key });
    expect(await readEvent(own.redis, { key: first.key, shard: 0 })).toEqual(first);
    expect(await acceptEvent(own.redis, later(day + 1), ONE)).toMatchObject({ key: second.key, duplicate: true });
  });

  test('is a duplicate even if the record of the first is gone, and needs no job', async () => {
    await using own = await startTestRedis();
    const { key } = await acceptEvent(own.redis, accepted(), ONE);
    await own.redis.del(`{p0}:ev:${key}`);
    expect(await acceptEvent(own.redis, accepted(), ONE)).toEqual({ key, shard: 0, duplicate: true });
  });

  test('is a duplicate for a server whose clock is behind, at midnight', async () => {
    await using own = await startTestRedis();
    const midnight = Math.ceil(NOW / (24 * HOUR)) * 24 * HOUR;
    const first = await acceptEvent(own.redis, accepted({ receivedAt: midnight }), ONE);
    const again = await acceptEvent(own.redis, accepted({ receivedAt: midnight - 1 }), ONE);
    expect(again).toMatchObject({ key: first.key, duplicate: true });
  });

  test('that the version before has accepted is found', async () => {
    await using own = await startTestRedis();
    const { key } = accepted();
    await own.redis.set(`${shardTag(2)}:id:${APP}:msg-1`, key, 'PX', HOUR);
    await own.redis.set(`loc:{${APP}:msg-1}`, '2', 'PX', HOUR);
    expect(await findEvent(own.redis, APP, 'msg-1')).toEqual({ key, shard: 2 });
  });

  test('is no duplicate of the same id in another app', async () => {
    await using own = await startTestRedis();
    await acceptEvent(own.redis, accepted(), ONE);
    expect(await acceptEvent(own.redis, accepted({ appId: 'bank' }), ONE)).toMatchObject({ duplicate: false });
  });

  test('sent again by a client that lost the connection is accepted as its own', async () => {
    await using own = await startTestRedis();
    const event = accepted();
    await acceptEvent(own.redis, event, ONE);
    expect(await acceptEvent(own.redis, event, ONE)).toMatchObject({
      key: event.key,
      duplicate: false,
      queueIn: 'chat',
    });
  });
});

test('an event that the version before has accepted is read', async () => {
  await using own = await startTestRedis();
  const event = { ...accepted(), traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  const { key, shard } = await acceptEvent(own.redis, event, ONE);
  const hash = `{p0}:ev:${key}`;
  const { leaveBy, holdUntil, settingsVersion, traceparent } = event;
  await own.redis.hdel(hash, 'ev');
  await own.redis.hset(hash, { by: leaveBy, hold: holdUntil, v: settingsVersion, tp: traceparent });
  await own.redis.hset(hash, { body: JSON.stringify(event.event), cursor: '', next: 0, look: '0 0 0 0 0 0' });
  expect(await readEvent(own.redis, { key, shard })).toEqual(event);
  expect(await readSummaries(own.redis, [{ key, shard }], () => undefined)).toMatchObject([
    { accepted: event, progress: { state: 'expanding' } },
  ]);
  expect(await readCursor(own.redis, { key, shard })).toMatchObject({ slice: 0, cursor: '', next: 0 });
  expect(await readExpansion(own.redis, { key, shard })).toMatchObject({ accepted: event, cursor: { slice: 0 } });
});

test('a key collision is refused, and the event that has the key stays unchanged', async () => {
  await using own = await startTestRedis();
  const first = accepted({ id: 'a' });
  await acceptEvent(own.redis, first, ONE);
  await expect(acceptEvent(own.redis, accepted({ id: 'b', key: first.key }), ONE)).rejects.toThrow('key is taken');
  expect(await readEvent(own.redis, { key: first.key, shard: 0 })).toEqual(first);
  expect(await acceptEvent(own.redis, accepted({ id: 'b' }), ONE)).toMatchObject({ duplicate: false });
});

describe('over several shards', () => {
  const ids = Array.from({ length: 40 }, (_, i) => `msg-${i}`);

  test('events are spread, those of one conversation share a shard, and each is found', async () => {
    await using own = await startTestRedis();
    const shards = new Map<string, Set<number>>();
    for (const id of ids) {
      const to = `user-${Number(id.slice(4)) % 10}`;
      const { shard, key } = await acceptEvent(own.redis, accepted({ id, to }), { shards: 4 });
      shards.set(to, (shards.get(to) ?? new Set()).add(shard));
      expect(await findEvent(own.redis, APP, id)).toEqual({ key, shard });
    }
    expect([...shards.values()].every((one) => one.size === 1)).toBe(true);
    expect(new Set([...shards.values()].flatMap((one) => [...one])).size).toBeGreaterThan(1);
  });

  test.each([
    ['another conversation', 4, 4],
    ['more shards', 4, 16],
    ['more shards than the one there was', 1, 16],
  ])('a repeat is found where the first went, with %s', async (_, before, after) => {
    await using own = await startTestRedis();
    for (const id of ids) {
      const first = await acceptEvent(own.redis, accepted({ id, to: 'bob' }), { shards: before });
      const again = await acceptEvent(own.redis, accepted({ id, to: id }), { shards: after });
      expect(again).toMatchObject({ key: first.key, shard: first.shard, duplicate: true });
    }
  });

  test('a shard claimed for an event that was then not stored is where it goes', async () => {
    await using own = await startTestRedis();
    const { shard } = await acceptEvent(own.redis, accepted({ to: 'bob' }), { shards: 16 });
    await own.redis.del(...(await own.redis.keys('{p*')));
    expect(await findEvent(own.redis, APP, 'msg-1')).toBeUndefined();
    const elsewhere = accepted({ to: 'carl' });
    expect(await acceptEvent(own.redis, elsewhere, { shards: 16 })).toMatchObject({ shard, duplicate: false });
  });

  test('an event accepted again is found for as long as it is kept', async () => {
    await using own = await startTestRedis();
    await acceptEvent(own.redis, accepted({ lane: 'bulk' }), { shards: 4 });
    const { key, shard } = await acceptEvent(own.redis, later(25 * HOUR, { to: 'dan' }), { shards: 4 });
    expect(await findEvent(own.redis, APP, 'msg-1', NOW + 8 * 24 * HOUR)).toEqual({ key, shard });
  });
});

test.each([
  ['chat', 7 * 24],
  ['call', 7 * 24],
  ['bulk', 24],
] as const)(
  'everything about an event of lane %s goes after %i hours, its id a day later at most',
  async (lane, hours) => {
    await using own = await startTestRedis();
    const ref = await planned(own.redis, users(3), { lane });
    await recordAttempt(own.redis, ref, 0, { at: NOW, outcome: 'retryable' });
    await settleAll(own.redis, ref, [becomes(0, 'rejected'), becomes(1, 'retrying')]);
    const keys = (await own.redis.keys('*')).filter((key) => !key.endsWith(':lock')).sort();
    const withoutTtl: string[] = [];
    for (const key of keys) {
      const ttl = await own.redis.pttl(key);
      if (ttl === -1) withoutTtl.push(key);
      else if (/:ids:|:id-days|^msg:/.test(key)) expectWithinADay(ttl - hours * HOUR);
      else if (key.includes(':listed:')) expect(ttl).toBeLessThanOrEqual((hours + hours / 24) * HOUR);
      else expect(Math.abs(ttl - hours * HOUR)).toBeLessThan(tolerance());
    }
    const load = `{p0}:load:${lane}`;
    expect(withoutTtl).toEqual([
      ...[load, `${load}:retrying`, `{p0}:open-looks:${lane}`, `{p0}:open-looks:${lane}:shop`, `{p0}:open:${lane}`],
      ...(lane === 'bulk' ? [] : [`{p0}:ranks:events-${lane}`]),
    ]);
    expect(keys).toHaveLength(lane === 'bulk' ? 17 : 18);
  },
);

test('the retention may be set', async () => {
  await using own = await startTestRedis();
  const { key } = await acceptEvent(own.redis, accepted(), { shards: 1, retentionMs: HOUR });
  expect(await own.redis.pttl(`{p0}:ev:${key}`)).toBeLessThanOrEqual(HOUR);
  const [ids = ''] = await own.redis.keys('{p0}:ids:*');
  expectWithinADay((await own.redis.pttl(ids)) - HOUR);
});
