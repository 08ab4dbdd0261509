import { createMetrics } from '@fanfare/runtime';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { readProcesses, readServerGauges, startHeartbeat } from '../src/index.ts';

test('the gauges show how safely Redis keeps data, and nothing while it cannot be read', async () => {
  const own = await startTestRedis({ args: ['--appendfsync', 'everysec', '--maxmemory-policy', 'allkeys-lru'] });
  const metrics = createMetrics();
  const shown = async () => {
    await readServerGauges(own.redis, metrics, ['fcm', 'apns']);
    const { body } = await metrics.render();
    return body.match(/^fanfare_(redis|process|senders)_.*$/gm) ?? [];
  };
  const onError = (error: Error) => {
    throw error;
  };
  const sender = startHeartbeat({
    ...{ redis: own.redis, role: 'sender', now: Date.now, onError },
    facts: () => ({ providers: ['fcm', 'custom'] }),
  });
  await until(async () => (await readProcesses(own.redis)).length === 1, 'the sender has reported');
  const lines = await shown();
  await sender.close();
  expect(await shown()).toContain('fanfare_senders_alive{provider="fcm"} 0');
  await own[Symbol.asyncDispose]();
  expect(lines).toEqual(
    expect.arrayContaining([
      'fanfare_redis_durability{durability="second"} 1',
      'fanfare_redis_durability{durability="disk"} 0',
      'fanfare_redis_may_evict 1',
      'fanfare_process_alive{role="sender"} 1',
      'fanfare_process_alive{role="fanout"} 0',
      'fanfare_senders_alive{provider="fcm"} 1',
      'fanfare_senders_alive{provider="apns"} 0',
    ]),
  );
  expect(await shown()).toEqual([]);
});
