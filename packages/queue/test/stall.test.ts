import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Producer } from '../src/index.ts';
import { delivery, startWorker } from './support/worker.ts';

/** Longer than a lock of the lane call. */
const STALL_MS = 5100;

/** Stops the entire process, timers included, like a suspended machine. */
const stall = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS);

test('a process suspended for longer than its lock knows at once that it may have lost it', async () => {
  await using own = await startTestRedis();
  const held: boolean[] = [];
  const aborted: boolean[] = [];
  await using worker = startWorker(
    own.redis,
    ({ holdsLock, signal }) => {
      held.push(holdsLock());
      if (held.length === 1) {
        stall();
        held.push(holdsLock());
        aborted.push(signal.aborted);
      }
      return { do: 'done' };
    },
    { lane: 'call' },
  );
  await new Producer(own.redis).addDeliveries(0, 'custom', 'call', [delivery(1)]);
  await until(() => worker.jobs.length > 0 && held.length > 1, 'the job was in hand');
  expect(held.slice(0, 2)).toEqual([true, false]);
  expect(aborted).toEqual([false]);
}, 30_000);
