import type { AcceptedEvent, EventRef } from '@fanfare/core';
import { acceptEvent } from '@fanfare/ledger';
import { startTestRedis, until } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { EventCache } from '../src/event-cache.ts';
import { LedgerReader } from '../src/ledger-reader.ts';
import { TargetReader } from '../src/target-reader.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(() => redis.flushall());

const NOW = Date.now();
let serial = 0;

/** A stored event with so long a text. */
async function stored(length = 10): Promise<EventRef> {
  serial++;
  const accepted: AcceptedEvent = {
    key: `em5x8k2a0${String(serial).padStart(6, '0')}`,
    appId: 'demo',
    event: {
      id: `m-${serial}`,
      type: 'message.sent',
      sentAt: NOW,
      sender: { uid: 'alice' },
      conversation: { type: 'user', id: 'bob' },
      message: { id: '1', category: 'message', type: 'text', text: 'x'.repeat(length) },
    },
    lane: 'chat',
    receivedAt: NOW,
    leaveBy: NOW + 1e6,
    holdUntil: NOW + 1e6,
    settingsVersion: 1,
  };
  const { key, shard } = await acceptEvent(redis, accepted, { shards: 1 });
  return { key, shard };
}

const MIB = 1024 * 1024;

const newCache = (registry = redis) =>
  new EventCache({ ledger: new LedgerReader(redis), people: new TargetReader(registry), registry });

/**
 * Which of these a cache still has, once their records are gone. To ask for one that it has not may push out others.
 */
async function kept(cache: EventCache, refs: readonly EventRef[]): Promise<boolean[]> {
  await redis.flushall();
  const found: boolean[] = [];
  for (const ref of refs) found.push((await cache.get(ref)) !== undefined);
  return found;
}

describe('events', () => {
  test('are read once', async () => {
    const [cache, ref] = [newCache(), await stored()];
    const found = await Promise.all([cache.get(ref), cache.get(ref)]);
    expect(found[0]?.accepted.event.id).toBe(`m-${serial}`);
    expect(await kept(cache, [ref])).toEqual([true]);
  });

  test('whose names could not be read are read again', async () => {
    const registry = redis.duplicate({ lazyConnect: true });
    try {
      const [cache, ref] = [newCache(registry), await stored()];
      registry.disconnect();
      const first = await cache.get(ref);
      await expect(first?.profiles).rejects.toThrow('Connection is closed');
      await registry.connect();
      await until(async () => (await cache.get(ref)) !== first, 'the event is read again');
      expect(await (await cache.get(ref))?.profiles).toMatchObject({ members: {} });
    } finally {
      registry.disconnect();
    }
  });

  test('that are missing are looked up again', async () => {
    const [cache, ref] = [newCache(), await stored()];
    const unknown = { ...ref, key: `${ref.key.slice(0, -1)}z` };
    expect(await cache.get(unknown)).toBeUndefined();
    await redis.rename(`{p0}:ev:${ref.key}`, `{p0}:ev:${unknown.key}`);
    expect(await cache.get(unknown)).toBeDefined();
  });

  test('are kept up to 500, evicting the least recently used', async () => {
    const cache = newCache();
    const refs = await Promise.all(Array.from({ length: 501 }, () => stored()));
    for (const ref of refs.slice(0, 500)) await cache.get(ref);
    await cache.get(refs[0] as EventRef);
    await cache.get(refs[500] as EventRef);
    const [first, second, ...others] = refs as [EventRef, EventRef, ...EventRef[]];
    expect((await kept(cache, [first, ...others])).every(Boolean)).toBe(true);
    expect(await kept(cache, [second])).toEqual([false]);
  });

  test('are kept up to a total of 16 MiB of JSON', async () => {
    const cache = newCache();
    const refs = [await stored(), ...(await Promise.all(Array.from({ length: 5 }, () => stored(3.5 * MIB))))];
    for (const ref of refs) await cache.get(ref);
    expect(await kept(cache, refs.toReversed())).toEqual([true, true, true, true, false, false]);
  });

  test('requested concurrently are all returned, even if too large together', async () => {
    const cache = newCache();
    const refs = await Promise.all(Array.from({ length: 6 }, () => stored(3.5 * MIB)));
    const found = await Promise.all(refs.map((ref) => cache.get(ref)));
    expect(found.every(Boolean)).toBe(true);
    expect((await kept(cache, refs.toReversed())).filter(Boolean)).toHaveLength(4);
  });

  test('larger than the cache are returned, and kept until another is requested', async () => {
    const cache = newCache();
    const refs = [await stored(), await stored(17 * MIB)];
    for (const ref of refs) expect(await cache.get(ref)).toBeDefined();
    expect(await kept(cache, refs.toReversed())).toEqual([true, false]);
  });
});
