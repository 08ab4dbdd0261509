import { startTestRedis, until } from '@fanfare/testkit';
import { test } from '@jest/globals';
import { Producer } from '../src/index.ts';
import { delivery, idOf, startWorker } from './support/worker.ts';

test('x', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  const k = `{p0}:deliveries-custom-chat:${idOf(1)}`;
  console.log(await own.redis.hgetall(k), await own.redis.memory('USAGE', k), await own.redis.object('ENCODING', k));
  const mem = async () => Number(/used_memory:(\d+)/.exec(await own.redis.info('memory'))?.[1]);
  const a = await mem();
  await producer.addDeliveries(
    0,
    'custom',
    'chat',
    Array.from({ length: 10000 }, (_, i) => delivery(i + 10)),
  );
  console.log(((await mem()) - a) / 10000);
  const worker = startWorker(
    own.redis,
    (j) => (j.data.o === 1 ? { do: 'retry', delayMs: 60000 } : { do: 'wait', delayMs: 100000 }),
    { concurrency: 1 },
  );
  await until(async () => Number(await own.redis.hget(k, 'atm')) === 1, 'retried');
  console.log(await own.redis.hgetall(k), await own.redis.memory('USAGE', k), await own.redis.object('ENCODING', k));
  await worker.close(1000);
});
