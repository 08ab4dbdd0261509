import { randomUUID } from 'node:crypto';
import {
  BYTES,
  bytesPerFinished,
  bytesPerOpen,
  type Event,
  type Lane,
  type PlannedRecipient,
  type Target,
} from '@fanfare/core';
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
  expect(bytes / EVENTS).toBeGreaterThan(0.75 * (bytesPerFinished(1) + BYTES.idAndReference));
  // With the tables of all keys and of their expiries, which MEMORY USAGE leaves out.
  expect((after - before) / EVENTS).toBeLessThan(750);
}, 240_000);

/** A message of one line to a group of so many with a phone each, planned, and delivered unless it is to stay open. */
async function deliverTo({ redis }: TestRedis, i: number, members: number, isOpen: boolean): Promise<void> {
  const event: Event = {
    id: `message-${1_000_000 + i}`,
    type: 'message.sent',
    sentAt: NOW,
    sender: { uid: uid(i + 7), name: 'Ann Smith' },
    conversation: { type: 'group', id: `group-${i % 10}` },
    message: {
      id: String(1_000_000 + i),
      category: 'message',
      type: 'text',
      text: `Hello ${i}, shall we meet at the station at ${i % 24} o'clock?`,
    },
  };
  const lane: Lane = members > 1000 ? 'bulk' : 'chat';
  const ref = await stored(redis, { event, lane });
  const lock = await lockOf(redis, ref);
  for (let number = 0; number * SLICE < members; number++) {
    const first = number * SLICE;
    const recipients = Array.from({ length: Math.min(SLICE, members - first) }, (_, n): PlannedRecipient => {
      const targets: [Target] = [{ provider: 'fcm', deviceId: randomUUID(), providerId: 'default' }];
      return { kind: 'send', uid: uid(first + n), targets };
    });
    const one = slice(recipients, { first, last: first + SLICE >= members });
    await planSlice(redis, ref, APP, number, one);
    await advance(redis, ref, lock, number, one);
    const accepted = recipients.map((_, n) => ({
      ordinal: first + n,
      provider: 'fcm' as const,
      state: 'accepted' as const,
    }));
    if (!isOpen) await settle(redis, ref, APP, accepted, NOW + 200);
  }
  const reference = { messageId: event.message.id, author: event.sender.uid, conversation: event.conversation, ref };
  await recordMessages(redis, APP, [reference], 168 * HOUR);
  await redis.del(lock.key);
}

async function bytesOfAll({ redis }: TestRedis): Promise<number> {
  let bytes = 0;
  for (const key of await redis.keys('*')) bytes += (await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
  return bytes;
}

/** With a margin of a quarter, as for the registry and the queues. Messages to one user are above. */
test.each([
  ['chat', 50, 40],
  ['bulk', 5000, 2],
] as const)(
  'an event of %s for a group of %d takes what docs/sizing.md says, finished and open',
  async (kind, members, count) => {
    await using own = await startTestRedis({ args: ['--appendonly', 'no'] });
    const per = async (from: number, isOpen: boolean) => {
      const before = await bytesOfAll(own);
      await Promise.all(Array.from({ length: count }, (_, i) => deliverTo(own, from + i, members, isOpen)));
      while ((await packFinished(own.redis, 0, NOW + 60_000, 250)) > 0);
      return ((await bytesOfAll(own)) - before) / count;
    };
    // What an app has once is not per event.
    await deliverTo(own, 0, members, false);
    const queued = members * BYTES.queued[kind];
    const ratios = [
      (await per(1, false)) / (bytesPerFinished(members) + BYTES.idAndReference),
      // Its jobs are in the queues.
      (await per(100_001, true)) / (bytesPerOpen(members, kind) - queued),
    ];
    for (const ratio of ratios) {
      expect(ratio).toBeGreaterThan(0.75);
      expect(ratio).toBeLessThan(1.25);
    }
  },
  120_000,
);
