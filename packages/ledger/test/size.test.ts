import { randomUUID } from 'node:crypto';
import type { Event, PlannedRecipient, Target } from '@fanfare/core';
import { startTestRedis, type TestRedis, usedMemory } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { advance, packFinished, planSlice, recordMessages, settle } from '../src/index.ts';
import { APP, becomes, countsOf, HOUR, lockOf, NOW, planned, settleAll, slice, stored } from './support/events.ts';

const RECIPIENTS = 10_000;
const SLICE = 300;

/** An event of 10,000 recipients with uids of 14 characters, planned in slices of 300. */
async function large({ redis }: TestRedis, targets: (i: number) => PlannedRecipient) {
  const ref = await stored(redis, { lane: 'bulk' });
  const lock = await lockOf(redis, ref);
  for (let number = 0; number * SLICE < RECIPIENTS; number++) {
    const first = number * SLICE;
    const recipients = Array.from({ length: Math.min(SLICE, RECIPIENTS - first) }, (_, i) => targets(first + i));
    const one = slice(recipients, { first, last: first + SLICE >= RECIPIENTS });
    await planSlice(redis, ref, APP, number, one);
    await advance(redis, ref, lock, number, one);
  }
  const key = (what: string) => `{p0}:${what}:${ref.key}`;
  const size = async (what: string) => ((await redis.memory('USAGE', key(what), 'SAMPLES', 0)) ?? 0) / RECIPIENTS;
  return { ref, key, size };
}

const uid = (i: number) => `customer-${String(i).padStart(5, '0')}`;

test('a recipient takes half a byte for the state and a few bytes of the plan', async () => {
  await using own = await startTestRedis();
  const { ref, key, size } = await large(own, (i) => ({
    kind: 'send',
    uid: uid(i),
    targets: [{ provider: 'custom' }],
  }));
  expect(await own.redis.strlen(key('st'))).toBe(RECIPIENTS / 2);
  expect(await size('st')).toBeLessThan(1.2);
  expect(await size('plan')).toBeLessThan(5);
  for (let first = 0; first < RECIPIENTS; first += SLICE) {
    const ordinals = Array.from({ length: Math.min(SLICE, RECIPIENTS - first) }, (_, i) => first + i);
    await settleAll(
      own.redis,
      ref,
      ordinals.map((ordinal) => becomes(ordinal, 'accepted')),
    );
  }
  expect(await countsOf(own.redis, ref)).toEqual({ audience: RECIPIENTS, planned: RECIPIENTS, accepted: RECIPIENTS });
  expect((await size('st')) + (await size('plan')) + (await size('ev'))).toBeLessThan(6);
  expect(await own.redis.exists(key('at'))).toBe(0);
});

test('a random device id of 36 characters takes two thirds of itself', async () => {
  await using own = await startTestRedis();
  const { size } = await large(own, (i) => ({
    kind: 'send',
    uid: uid(i),
    targets: [{ provider: 'fcm', deviceId: randomUUID() }],
  }));
  expect(await size('plan')).toBeLessThan(29);
});

const EVENTS = 8000;
/** No more than are admitted at a time. */
const AT_ONCE = 50;

/** A message of one line to one user with one device, delivered, as ingest, fan-out and sender record it. */
async function deliver({ redis }: TestRedis, i: number): Promise<void> {
  const [to, from] = [uid(i % 5000), uid((i + 7) % 5000)];
  const event: Event = {
    id: `message-${1_000_000 + i}`,
    type: 'message.sent',
    sentAt: NOW,
    sender: { uid: from, name: 'Ann Smith' },
    conversation: { type: 'user', id: to },
    message: {
      id: String(1_000_000 + i),
      category: 'message',
      type: 'text',
      text: `Hello ${i}, shall we meet at the station at ${i % 24} o'clock?`,
    },
  };
  const targets: [Target] = [{ provider: 'fcm', deviceId: `phone-${i % 5000}`, providerId: 'default' }];
  const ref = await planned(redis, [{ kind: 'send', uid: to, targets }], { event });
  const reference = { messageId: event.message.id, author: from, conversation: event.conversation, ref };
  await recordMessages(redis, APP, [reference], 168 * HOUR);
  await settle(redis, ref, APP, [{ ordinal: 0, provider: 'fcm', state: 'accepted' }], NOW + 200);
  await redis.del(`{p0}:events-chat:${ref.key}:lock`);
}

test('a finished message to one user takes less than 600 bytes, with ids, references and index', async () => {
  await using own = await startTestRedis({ args: ['--appendfsync', 'no'] });
  const packAll = async () => {
    while ((await packFinished(own.redis, 0, NOW + 60_000, 250)) > 0);
  };
  await deliver(own, EVENTS);
  await packAll();
  const before = await usedMemory(own.redis);
  for (let from = 0; from < EVENTS; from += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => deliver(own, from + i)));
    // As it goes on: the tables of all keys keep the size that they had for events that are still open.
    if (from % (10 * AT_ONCE) === 0) await packAll();
  }
  await packAll();
  const after = await usedMemory(own.redis);
  let bytes = 0;
  for (const key of await own.redis.keys('*')) bytes += (await own.redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
  expect(bytes / EVENTS).toBeLessThan(600);
  // With the tables of all keys and of their expiries, which MEMORY USAGE leaves out.
  expect((after - before) / EVENTS).toBeLessThan(750);
}, 120_000);
