import { acceptEvent, parkEvent, readCursor } from '@fanfare/ledger';
import { shardTag } from '@fanfare/redis';
import { slowFor, startTestRedis, until } from '@fanfare/testkit';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { Admitter } from '../src/admitter.ts';
import { handlePack } from '../src/handle-pack.ts';
import { plan, takeJob } from './support/deliveries.ts';
import { APP, seedApp, startSender } from './support/sender.ts';
import { startWebhook } from './support/webhook.ts';

const own = await startTestRedis();
const { redis } = own;
const webhook = await startWebhook();
afterAll(async () => {
  await webhook[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await redis.flushall();
  await seedApp(redis, webhook.url);
});

const CUSTOM = { shard: 0, lane: 'chat', provider: 'custom' } as const;

/** A message whose slice waits because its app has too much to send, and one more that is ready to be sent. */
async function startParked() {
  const { ref, accepted } = await plan(redis);
  await redis.hset('{p0}:load:chat', `${APP}|custom`, 800);
  const key = `${ref.key}x`;
  const event = { ...accepted.event, id: 'parked' };
  const parked = await acceptEvent(redis, { ...accepted, key, event }, { shards: 1 });
  expect(await parkEvent(redis, parked)).toBe('parked');
  return { ref, parked };
}

test.each([
  ['sent', 200],
  ['to be retried later', 500],
])('a delivery that is %s lets a parked event of its app go on, once there are few enough', async (_, status) => {
  await using sender = startSender(redis);
  const { ref, parked } = await startParked();
  await redis.hset('{p0}:load:chat', `${APP}|custom`, 400);
  webhook.answers.push({ status });
  await handlePack(sender, CUSTOM, takeJob(ref));
  await until(
    async () => (await sender.producer.presence('events', 'chat', 0, [parked.key]))[0] === 'present',
    'the parked event has a job',
  );
  expect((await readCursor(redis, parked))?.admission).toBe('admitted');
});

test('a delivery that is sent while more are ready leaves the event parked', async () => {
  const { ref, parked } = await startParked();
  {
    await using sender = startSender(redis);
    await handlePack(sender, CUSTOM, takeJob(ref));
  }
  expect((await readCursor(redis, parked))?.admission).toBe('waiting');
});

test('a shard whose server does not answer keeps no parked event of another waiting', async () => {
  await using sender = startSender(redis);
  const { parked } = await startParked();
  await redis.hset('{p0}:load:chat', `${APP}|custom`, 399);
  let answer: () => void = () => undefined;
  const slow = slowFor(own.url, shardTag(1), new Promise((resolve) => (answer = resolve)));
  try {
    const admitter = new Admitter({ ...sender, redis: slow });
    for (const shard of [1, 0]) admitter.madeRoom(shard, APP);
    const flushed = admitter.flush();
    await until(
      async () => (await sender.producer.presence('events', 'chat', 0, [parked.key]))[0] === 'present',
      'the parked event has a job',
    );
    answer();
    await flushed;
  } finally {
    slow.disconnect();
  }
});
