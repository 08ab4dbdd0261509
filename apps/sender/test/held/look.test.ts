import { hold, openGate, readStates } from '@fanfare/ledger';
import { pauseLane, resumeLane } from '@fanfare/queue';
import { shardTag } from '@fanfare/redis';
import { Closer } from '@fanfare/runtime';
import { startTestRedis, until } from '@fanfare/testkit';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { webhookGate } from '../../src/held/gate-of.ts';
import { startLooking } from '../../src/held/look.ts';
import { aCall, plan } from '../support/deliveries.ts';
import { APP, seedApp, startSender } from '../support/sender.ts';

const [DUE = '', ...OTHERS] = [0, 1].flatMap((shard) =>
  ['custom', 'fcm'].map((provider) => `${shardTag(shard)}:held-due:${provider}`),
);

const WEBHOOK = 'http://127.0.0.1:9/hook';

let closer: Closer;
beforeEach(() => {
  closer = new Closer();
});
afterEach(() => closer.close());

/** Enough to tell every tick from every fifth. */
const LOOKS = 20;

test('while one endpoint is down, only the gates of its shard and provider are looked at often', async () => {
  await using own = await startTestRedis();
  await using sender = startSender(own.redis);
  const now = sender.now();
  sender.gates.learn(0, webhookGate(APP, 'chat', WEBHOOK), {
    openUntil: now,
    since: now,
    reason: 'http_503',
  });
  const watching = await own.redis.monitor();
  const counts = new Map<string, number>();
  watching.on('monitor', (_time: string, command: string[]) => {
    const key = /^eval/i.test(command[0] ?? '') ? (command[3] ?? '') : '';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  startLooking(sender, closer, { providers: ['custom', 'fcm'], lanes: ['chat'], shards: { all: 2 } });
  await until(() => (counts.get(DUE) ?? 0) >= LOOKS, 'its gates are looked at');
  await closer.close();
  watching.disconnect();
  for (const key of OTHERS) {
    expect(counts.get(key)).toBeGreaterThan(0);
    expect(counts.get(key)).toBeLessThan(LOOKS / 2);
  }
});

test('what is held in a paused lane stays held until the lane is resumed', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  await using sender = startSender(redis);
  await seedApp(redis, WEBHOOK);
  const held = async (lane: 'call' | 'chat') => {
    const { ref, accepted } = await plan(redis, lane === 'call' ? aCall() : undefined, { lane });
    const gate = webhookGate(APP, lane, WEBHOOK);
    const now = sender.now();
    await openGate(redis, 0, gate, { now: now - 1000, leastMs: 1, mostMs: 1, reason: 'http_503' });
    const job = { e: ref.key, s: 0, o: 0 };
    await hold(redis, 0, gate, [{ ref, ordinals: [0], deadlineAt: accepted.leaveBy, job }], { now, reason: 'open' });
    return async () => (await readStates(redis, ref, [0]))[0];
  };
  const [chat, calls] = [await held('chat'), [await held('call'), await held('call')]];
  sender.clock.advance(1000);
  await pauseLane(redis, { lane: 'chat', shards: 1 }, 1);
  startLooking(sender, closer, { providers: ['custom'], lanes: ['call', 'chat'], shards: { all: 1 } });
  // The second is released by a later look than the first.
  const released = async () => (await Promise.all(calls.map((state) => state()))).filter((state) => state !== 'held');
  for (const count of [1, 2]) {
    await until(async () => (await released()).length === count, 'the other lane goes on');
    expect(await chat()).toBe('held');
    sender.clock.advance(1000);
  }
  await resumeLane(redis, { lane: 'chat', shards: 1 });
  await until(async () => (await chat()) === 'retrying', 'it is released');
});
