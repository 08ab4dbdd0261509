import { findDeadLetters, readAttempts, settle } from '@fanfare/ledger';
import { viewCustomProvider } from '@fanfare/store';
import { startTestRedis, until } from '@fanfare/testkit';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { handlePack } from '../src/handle-pack.ts';
import { aCall, countsOf, plan, takeJob } from './support/deliveries.ts';
import { APP, HOUR, type Sender, seedApp, startSender } from './support/sender.ts';
import { startWebhook } from './support/webhook.ts';

const own = await startTestRedis();
const { redis } = own;
const webhook = await startWebhook();
afterAll(async () => {
  await webhook[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

let sender: Sender;
beforeEach(async () => {
  await redis.flushall();
  await seedApp(redis, webhook.url);
  webhook.received.length = 0;
  webhook.answers.length = 0;
  sender = startSender(redis);
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

test('a busy endpoint delays further deliveries, without using or reporting an attempt', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = () => held.then(() => ({ status: 200 }));
  webhook.answers.push(slow, slow);
  const [first, second, third] = [await plan(redis), await plan(redis), await plan(redis)];
  const busy = [first, second].map(({ ref }) => handlePack(sender, CUSTOM, takeJob(ref)));
  await until(() => webhook.received.length === 2, 'two sends are in flight');
  expect(await handlePack(sender, CUSTOM, takeJob(third.ref))).toMatchObject({ do: 'wait' });
  expect(await countsOf(redis, third.ref)).toMatchObject({ pending: 1 });
  expect(await readAttempts(redis, third.ref, 0)).toEqual([]);
  expect(sender.attempts).toEqual([]);
  release();
  await Promise.all(busy);
  await handlePack(sender, CUSTOM, takeJob(third.ref, { startedBefore: true }));
  expect(sender.attempts.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted']);
});

test('an endpoint with mostly failing sends is paused for a while, then tried once', async () => {
  const failing = await Promise.all(Array.from({ length: 20 }, () => plan(redis)));
  for (const { ref } of failing) {
    webhook.answers.push({ status: 500 });
    await handlePack(sender, CUSTOM, takeJob(ref));
  }
  const { ref } = await plan(redis);
  expect(await handlePack(sender, CUSTOM, takeJob(ref))).toMatchObject({ do: 'wait' });
  expect(webhook.received).toHaveLength(20);
  sender.clock.advance(5000);
  expect(await handlePack(sender, CUSTOM, takeJob(ref, { startedBefore: true }))).toEqual({ do: 'done' });
  expect(await countsOf(redis, ref)).toMatchObject({ accepted: 1 });
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
