import { deliveryId } from '@fanfare/core';
import { findDeadLetters, gateId, readAttempts, readGates, readStates, release, settle } from '@fanfare/ledger';
import { viewCustomProvider } from '@fanfare/store';
import { until } from '@fanfare/testkit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { handlePack } from '../src/handle-pack.ts';
import { webhookGate } from '../src/held/gate-of.ts';
import { releaseTrial } from '../src/held/release.ts';
import { aCall, aMessage, countsOf, plan, takeJob } from './support/deliveries.ts';
import { startOwnSender } from './support/own-sender.ts';
import { APP, HOUR, type Sender, startSender } from './support/sender.ts';

const { redis, webhook, fresh } = await startOwnSender();

let sender: Sender;
beforeEach(async () => {
  sender = await fresh();
});
afterEach(async () => sender[Symbol.asyncDispose]());

const CUSTOM = { shard: 0, lane: 'chat', provider: 'custom' } as const;

describe('an attempt', () => {
  test('that is accepted settles the delivery', async () => {
    const { ref, accepted } = await plan(redis);
    expect(await handlePack(sender, CUSTOM, takeJob(ref))).toEqual({ do: 'done' });
    expect(webhook.received).toEqual([`${ref.key}-0`]);
    expect(await countsOf(redis, ref)).toEqual({ audience: 1, planned: 1, accepted: 1 });
    expect(sender.attempts).toMatchObject([
      {
        eventId: accepted.event.id,
        uid: 'bob',
        provider: 'custom',
        attempt: 1,
        outcome: 'accepted',
        settled: 'accepted',
      },
    ]);
  });

  test('that fails temporarily is recorded and retried, and leaves the delivery open', async () => {
    webhook.answers.push({ status: 500 });
    const { ref } = await plan(redis);
    expect(await handlePack(sender, CUSTOM, takeJob(ref))).toEqual({ do: 'retry', delayMs: 0 });
    expect(await countsOf(redis, ref)).toMatchObject({ pending: 1 });
    expect(await readAttempts(redis, ref, 0)).toMatchObject([{ outcome: 'retryable', reason: 'http_500' }]);
    expect(sender.attempts).toMatchObject([{ outcome: 'retryable', settled: undefined, againInMs: 0 }]);
  });

  test('that is throttled waits as requested, and uses no attempt', async () => {
    webhook.answers.push({ status: 429, headers: { 'retry-after': '7' } });
    const { ref } = await plan(redis);
    expect(await handlePack(sender, CUSTOM, takeJob(ref))).toEqual({ do: 'wait', delayMs: 7000 });
    expect(await countsOf(redis, ref)).toMatchObject({ pending: 1 });
  });

  test('that is refused becomes a dead letter', async () => {
    webhook.answers.push({ status: 400 });
    const { ref, accepted } = await plan(redis);
    expect(await handlePack(sender, CUSTOM, takeJob(ref))).toEqual({ do: 'done' });
    expect(await countsOf(redis, ref)).toMatchObject({ rejected: 1 });
    expect(await findDeadLetters(redis, APP, 1, [`${ref.key}-0`])).toMatchObject([
      { eventId: accepted.event.id, uid: 'bob', provider: 'custom', reason: 'http_400', attempts: 1 },
    ]);
  });

  test('that is the last and fails becomes a dead letter with the last failure', async () => {
    webhook.answers.push({ status: 500 });
    const { ref } = await plan(redis);
    const job = takeJob(ref, { startedBefore: true, attemptsMade: 7 });
    expect(await handlePack(sender, CUSTOM, job)).toEqual({ do: 'done' });
    expect(await findDeadLetters(redis, APP, 1, [job.id])).toMatchObject([
      { reason: 'attempts_exhausted', detail: 'http_500', attempts: 8 },
    ]);
  });

  test('that gets 410 disables the webhook', async () => {
    webhook.answers.push({ status: 410 });
    const [first, second] = [await plan(redis), await plan(redis)];
    await handlePack(sender, CUSTOM, takeJob(first.ref));
    expect(await viewCustomProvider(redis, APP)).toMatchObject({ disabled: { reason: 'http_410' } });
    sender.clock.advance(2000);
    await handlePack(sender, CUSTOM, takeJob(second.ref));
    expect(webhook.received).toHaveLength(1);
    expect(sender.attempts).toMatchObject([{ reason: 'http_410' }, { reason: 'provider_disabled' }]);
  });
});

describe('nothing is sent', () => {
  afterEach(() => expect(webhook.received).toEqual([]));

  test('after the deadline of the event: the delivery expires', async () => {
    const { ref, accepted } = await plan(redis);
    sender.clock.set(accepted.leaveBy);
    expect(await handlePack(sender, CUSTOM, takeJob(ref))).toEqual({ do: 'done' });
    expect(await countsOf(redis, ref)).toMatchObject({ expired: 1 });
  });

  test('when the record of the event has expired', async () => {
    const { ref } = await plan(redis);
    await redis.flushall();
    expect(await handlePack(sender, CUSTOM, takeJob(ref))).toEqual({ do: 'done' });
    expect(sender.attempts).toEqual([]);
  });

  test.each([
    ['started before', { startedBefore: true }],
    ['added again', { data: { addedAgain: true } }],
  ] as const)('for a settled delivery whose job was %s', async (_, changes) => {
    const { ref } = await plan(redis);
    await settle(redis, ref, APP, [{ ordinal: 0, provider: 'custom', state: 'accepted' }], sender.now());
    expect(await handlePack(sender, CUSTOM, takeJob(ref, changes))).toEqual({ do: 'done' });
    expect(await countsOf(redis, ref)).toMatchObject({ accepted: 1 });
  });

  test('for a call that is settled, even by a job that looks new', async () => {
    const { ref } = await plan(redis, aCall(), { lane: 'call' });
    await settle(redis, ref, APP, [{ ordinal: 0, provider: 'custom', state: 'accepted' }], sender.now());
    expect(await handlePack(sender, { ...CUSTOM, lane: 'call' }, takeJob(ref))).toEqual({ do: 'done' });
  });

  test('by a worker that has lost the lock of the job, which the next one has', async () => {
    const { ref } = await plan(redis);
    const step = await handlePack(sender, CUSTOM, takeJob(ref, { holdsLock: () => false }));
    expect(step).toMatchObject({ do: 'wait' });
    expect(await countsOf(redis, ref)).toMatchObject({ pending: 1 });
    expect(sender.attempts).toEqual([]);
  });
});

test('a replay has its own deadline', async () => {
  const { ref, accepted } = await plan(redis);
  sender.clock.set(accepted.leaveBy + 1);
  await handlePack(sender, CUSTOM, takeJob(ref, { data: { deadlineAt: sender.now() + HOUR } }));
  expect(await countsOf(redis, ref)).toMatchObject({ accepted: 1 });
});

test('a delivery for a busy endpoint waits for its place, without using or reporting an attempt', async () => {
  let release = () => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answer = () => slow.then(() => ({ status: 200 }));
  webhook.answers.push(answer, answer);
  const [first, second, third] = [await plan(redis), await plan(redis), await plan(redis)];
  const busy = [first, second].map(({ ref }) => handlePack(sender, CUSTOM, takeJob(ref)));
  await until(() => webhook.received.length === 2, 'two sends are in flight');
  const waiting = handlePack(sender, CUSTOM, takeJob(third.ref));
  release();
  await Promise.all([...busy, waiting]);
  expect(await readAttempts(redis, third.ref, 0)).toEqual([]);
  expect(sender.attempts.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted']);
});

/** Makes the gate of the webhook open: most sends fail. */
async function breakDown(): Promise<void> {
  const failing = await Promise.all(Array.from({ length: 20 }, () => plan(redis)));
  for (const { ref } of failing) {
    webhook.answers.push({ status: 500 });
    await handlePack(sender, CUSTOM, takeJob(ref));
  }
  const gate = webhookGate(APP, 'chat', webhook.url);
  await until(async () => (await readGates(redis, 0, [gate]))[0] !== undefined, 'all senders can see it');
}

const release1 = () => release(redis, 0, webhookGate(APP, 'chat', webhook.url), 1, sender.now());
const stateOf = async ({ ref }: Awaited<ReturnType<typeof plan>>) => (await readStates(redis, ref, [0]))[0];

test('an endpoint with mostly failing sends is paused for all senders, and tried once by one of them', async () => {
  await using other = startSender(redis);
  // The pause is shorter than the time between the starts of two senders may be.
  sender.clock.advance(other.now() - sender.now());
  await breakDown();
  const [one, another] = [await plan(redis), await plan(redis)];
  expect(await handlePack(sender, CUSTOM, takeJob(one.ref))).toEqual({ do: 'done' });
  expect(await handlePack(other, CUSTOM, takeJob(another.ref))).toEqual({ do: 'done' });
  expect([await stateOf(one), await stateOf(another)]).toEqual(['held', 'held']);
  expect(webhook.received).toHaveLength(20);
  expect(await readAttempts(redis, one.ref, 0)).toEqual([]);

  // So long that no second trial may begin while the first is under way.
  for (const each of [sender, other]) each.clock.advance(640_000);
  const { released } = await release1();
  expect(released).toHaveLength(1);
  const trials = [sender, other].map(async (each) => {
    const fresh = await plan(redis);
    return handlePack(each, CUSTOM, takeJob(fresh.ref));
  });
  // Not before the other has been told that there is a trial.
  webhook.answers.push(async () => {
    await Promise.race(trials);
    return { status: 500 };
  });
  await Promise.all(trials);
  expect(webhook.received).toHaveLength(21);

  for (const each of [sender, other]) each.clock.advance(20_000);
  await handlePack(other, CUSTOM, takeJob((await plan(redis)).ref));
  await until(
    async () => !sender.gates.isOpen(0, webhookGate(APP, 'chat', webhook.url)) || (await look()),
    'it closes',
  );
  const last = await plan(redis);
  await handlePack(sender, CUSTOM, takeJob(last.ref));
  expect(await stateOf(last)).toBe('accepted');
});

test('a few failures of each sender together pause an endpoint; an answer begins the count again', async () => {
  await using second = startSender(redis);
  await using third = startSender(redis);
  const senders = [sender, second, third];
  const gate = webhookGate(APP, 'chat', webhook.url);
  const isOpen = async () => (await readGates(redis, 0, [gate]))[0] !== undefined;
  const send = async (status: number, count: number) => {
    for (let i = 0; i < count; i++) {
      for (const each of senders) {
        webhook.answers.push({ status });
        await handlePack(each, CUSTOM, takeJob((await plan(redis)).ref));
      }
    }
  };
  await send(500, 6);
  await send(200, 1);
  await until(async () => !(await redis.exists(`{p0}:failures:${gateId(gate)}`)), 'the failures are forgotten');
  await send(500, 7);
  expect(await isOpen()).toBe(false);
  await send(500, 1);
  await until(isOpen, 'it is paused');
});

/** What a sender knows of a gate is old after a while. */
async function look(): Promise<boolean> {
  sender.clock.advance(200);
  return (await readGates(redis, 0, [webhookGate(APP, 'chat', webhook.url)]))[0] === undefined;
}

test('a trial that fails is held again and spends no attempt', async () => {
  await breakDown();
  const tried = await plan(redis);
  sender.clock.advance(1000);
  webhook.answers.push({ status: 500 });
  expect(await handlePack(sender, CUSTOM, takeJob(tried.ref))).toEqual({ do: 'done' });
  expect(await stateOf(tried)).toBe('held');
  expect(await readAttempts(redis, tried.ref, 0)).toMatchObject([{ outcome: 'retryable' }]);
  const [released] = (await release1()).released;
  expect(released).toMatchObject({ ref: tried.ref });
  expect(released?.job).not.toHaveProperty('a');
});

test('a delivery is tried alone: those of its pack stay held while the trial has no answer', async () => {
  await breakDown();
  const recipients = Array.from(
    { length: 7 },
    (_, i) => ({ kind: 'send', uid: `u${i}`, targets: [{ provider: 'custom' }] }) as const,
  );
  const { ref } = await plan(redis, aMessage(), { recipients, packSize: 7 });
  await handlePack(sender, CUSTOM, takeJob(ref, { data: { count: 7 } }));
  const states = async () => (await readStates(redis, ref, [0, 1, 2, 3, 4, 5, 6])).sort();
  expect(await states()).toEqual(Array(7).fill('held'));
  const { producer, now } = sender;
  await releaseTrial({ redis, producer, now }, 0, webhookGate(APP, 'chat', webhook.url));
  expect(await states()).toEqual([...Array(6).fill('held'), 'retrying']);
  const jobs = await redis.zrange('{p0}:deliveries-custom-chat:prioritized', '0', '-1');
  const waiting = await redis.lrange('{p0}:deliveries-custom-chat:wait', 0, -1);
  expect([...jobs, ...waiting]).toEqual([deliveryId(ref.key, 0)]);
});

test('what is held carries the attempts it has spent', async () => {
  await breakDown();
  const tried = await plan(redis);
  await handlePack(sender, CUSTOM, takeJob(tried.ref, { attemptsMade: 3, startedBefore: true }));
  sender.clock.advance(1000);
  expect((await release1()).released).toMatchObject([{ ref: tried.ref, job: { e: tried.ref.key, o: 0, a: 3, r: 1 } }]);
});

test('what was under way when its endpoint broke down is held without a wait, an attempt spent', async () => {
  let drop = () => {};
  webhook.answers.push(
    () =>
      new Promise((resolve) => {
        drop = () => resolve('dropped');
      }),
  );
  const under = await plan(redis);
  const handled = handlePack(sender, CUSTOM, takeJob(under.ref, { attemptsMade: 2, startedBefore: true }));
  await until(() => webhook.received.length === 1, 'it is under way');
  await breakDown();
  drop();
  expect(await handled).toEqual({ do: 'done' });
  expect(await stateOf(under)).toBe('held');
  sender.clock.advance(1000);
  expect((await release1()).released).toMatchObject([{ ref: under.ref, job: { e: under.ref.key, o: 0, a: 3, r: 1 } }]);
});

test('throttled by a credential or endpoint as a whole, deliveries are held, and spend no attempts', async () => {
  for (let i = 0; i < 8; i++) webhook.answers.push({ status: 429, headers: { 'retry-after': '30' } });
  const all = await Promise.all(Array.from({ length: 12 }, () => plan(redis)));
  for (const { ref } of all) await handlePack(sender, CUSTOM, takeJob(ref));
  expect(webhook.received).toHaveLength(6);
  const states = await Promise.all(all.map(stateOf));
  expect(states).toEqual([...Array(5).fill('retrying'), ...Array(7).fill('held')]);
  sender.clock.advance(29_999);
  const early = await plan(redis);
  await handlePack(sender, CUSTOM, takeJob(early.ref));
  expect(await stateOf(early)).toBe('held');
});

test('a delivery sent while Redis rejects writes is recorded once it accepts them, and not sent twice', async () => {
  await redis.config('RESETSTAT');
  webhook.answers.push(async () => {
    await redis.config('SET', 'maxmemory', '1');
    return { status: 200 };
  });
  const { ref } = await plan(redis);
  const handled = handlePack(sender, CUSTOM, takeJob(ref));
  await until(async () => (await redis.info('errorstats')).includes('errorstat_OOM'), 'a write has been refused');
  await redis.config('SET', 'maxmemory', '0');
  expect(await handled).toEqual({ do: 'done' });
  expect(webhook.received).toHaveLength(1);
  expect(await countsOf(redis, ref)).toMatchObject({ accepted: 1 });
});
