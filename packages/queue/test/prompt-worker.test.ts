import { shardTag } from '@fanfare/redis';
import { startTestRedis, until } from '@fanfare/testkit';
import { test } from '@jest/globals';
import { createRedisBackend } from 'bullmq';
import { Finisher } from '../src/finish-jobs.ts';
import { HeldLocks } from '../src/held-locks.ts';
import { Producer } from '../src/index.ts';
import { queueKeys, queueName } from '../src/names.ts';
import { PromptWorker } from '../src/prompt-worker.ts';
import { Taker } from '../src/taker.ts';
import { delivery, idOf } from './support/worker.ts';

const QUEUE = queueKeys('deliveries-custom', 'chat', 0);

const kinds: { what: string; field: string; value: string }[] = [
  { what: 'lost its worker too often', field: 'defa', value: 'job stalled more than allowable limit' },
  { what: 'has data that does not parse', field: 'data', value: '{' },
];

test.each(kinds)('the lock of a job that $what is not renewed for good', async ({ field, value }) => {
  await using own = await startTestRedis();
  await new Producer(own.redis).addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await own.redis.hset(QUEUE + idOf(1), field, value);
  const locks = new HeldLocks({ toKey: (id) => QUEUE + id, durationMs: 60_000, onLost: () => undefined });
  const worker = new PromptWorker(
    queueName('deliveries-custom', 'chat'),
    async () => undefined,
    {
      taker: new Taker(own.redis, QUEUE, locks),
      finisher: new Finisher(own.redis, QUEUE),
      connection: own.redis,
      prefix: shardTag(0),
      skipLockRenewal: true,
      runRetryDelay: 1,
    },
    createRedisBackend,
  );
  await using _end = { [Symbol.asyncDispose]: () => worker.close() };
  let ends = 0;
  for (const event of ['failed', 'error'] as const) worker.on(event, () => void ends++);
  await until(() => ends > 0, 'it has failed');
  await until(() => locks.olderThan(Infinity).length === 0, 'no lock is renewed');
});
