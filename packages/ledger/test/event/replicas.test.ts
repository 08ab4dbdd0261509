import type { AcceptedEvent } from '@fanfare/core';
import { replicate, startTestRedis, until } from '@fanfare/testkit';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { acceptEvents, type Claimed, Replicas } from '../../src/index.ts';
import { accepted } from '../support/events.ts';

const [primary, replica] = [await startTestRedis({ port: 0 }), await startTestRedis({ port: 0 })];
afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await primary[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await replicate(replica, primary);
  await primary.redis.flushall();
});

function open(needed = 1) {
  const errors: string[] = [];
  const onError = ({ message }: Error) => errors.push(message);
  return { replicas: new Replicas({ redis: primary.redis, needed, now: Date.now, onError }), errors };
}

/** Stores events and returns what names them. */
async function store(...events: AcceptedEvent[]): Promise<Claimed[]> {
  const answers = await acceptEvents(
    primary.redis,
    events.map((one) => ({ accepted: one })),
    4,
  );
  return events.map(({ appId, event }, i) => {
    const ref = answers[i];
    if (ref === undefined || ref instanceof Error) throw ref;
    return { appId, eventId: event.id, ref };
  });
}

const some = (count: number) => Array.from({ length: count }, (_, i) => accepted({ id: `e${i}`, to: `user-${i}` }));

test('events are confirmed once a replica has them, repeated ones too', async () => {
  const { replicas } = open();
  const stored = await store(...some(20));
  expect(await replicas.confirm(stored)).toEqual(stored.map(() => true));
  const [{ ref } = stored[0] as Claimed] = stored;
  expect(await replica.redis.exists(`{p0}:ev:${ref.key}`)).toBe(ref.shard === 0 ? 1 : 0);
  expect(await replicas.confirm(await store(accepted({ id: 'e0', to: 'user-0' })))).toEqual([true]);
  replicas.close();
});

test('no event is confirmed while too few replicas follow, and again once enough do', async () => {
  const { replicas, errors } = open();
  await replica.redis.replicaof('NO', 'ONE');
  await until(async () => (await primary.redis.info('replication')).includes('connected_slaves:0'), 'it is alone');
  const stored = await store(...some(2));
  expect(await replicas.confirm(stored)).toEqual([false, false]);
  expect(errors).toEqual(['0 of 1 replicas have the last events']);
  await replicate(replica, primary);
  const areConfirmed = async () => (await replicas.confirm(stored)).every((one) => one);
  await until(areConfirmed, 'they are confirmed');
  replicas.close();
});

test('more replicas than there are confirm nothing', async () => {
  const { replicas, errors } = open(2);
  expect(await replicas.confirm(await store(accepted()))).toEqual([false]);
  expect(errors).toEqual(['1 of 2 replicas have the last events']);
  replicas.close();
});

test('an event that the server does not have is not confirmed, and does not affect the others', async () => {
  const { replicas } = open();
  const [one, other] = (await store(...some(2))) as [Claimed, Claimed];
  // As after a failover between storing and waiting, and a repeat that was stored by another ingest.
  const unknown = { ...one, eventId: 'lost' };
  const taken = { ...one, ref: { ...one.ref, key: other.ref.key } };
  expect(await replicas.confirm([unknown, taken, other])).toEqual([false, false, true]);
  replicas.close();
});

test('an event that its id no longer leads to is not confirmed until it is posted again', async () => {
  const { replicas } = open();
  const stored = await store(...some(20));
  const inFirst = stored.map(({ ref }) => ref.shard === 0);
  expect(new Set(inFirst).size).toBe(2);
  // As after the failover of another node, which had the location.
  await primary.redis.del(await primary.redis.keys('loc:*'));
  expect(await replicas.confirm(stored)).toEqual(inFirst);
  expect(await replicas.confirm(await store(...some(20)))).toEqual(stored.map(() => true));
  replicas.close();
});

test('whatever arrives while one wait is under way shares the next', async () => {
  const { replicas } = open();
  const stored = await store(...some(100));
  await replicas.confirm(stored.slice(0, 1));
  await primary.redis.config('RESETSTAT');
  const answers = await Promise.all(stored.map((one) => replicas.confirm([one])));
  expect(answers.flat()).toEqual(stored.map(() => true));
  expect(await primary.redis.info('commandstats')).toMatch(/cmdstat_wait:calls=1,/);
  replicas.close();
});

test('the connection that waits returns after the primary has restarted', async () => {
  const { replicas } = open();
  expect(await replicas.confirm(await store(accepted()))).toEqual([true]);
  await primary.server.stop();
  await primary.server.start();
  const stored = await until(() => store(accepted({ id: 'after' })), 'the server is back');
  const isConfirmed = async () => (await replicas.confirm(stored))[0];
  await until(isConfirmed, 'events are confirmed again', { timeoutMs: 60_000 });
  replicas.close();
}, 90_000);
