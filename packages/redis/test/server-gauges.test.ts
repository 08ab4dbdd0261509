import { createMetrics } from '@fanfare/runtime';
import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { readServerGauges } from '../src/index.ts';

test('the gauges show how safely Redis keeps data, and nothing while it cannot be read', async () => {
  const own = await startTestRedis({ args: ['--appendfsync', 'everysec', '--maxmemory-policy', 'allkeys-lru'] });
  const metrics = createMetrics();
  const shown = async () => {
    await readServerGauges(own.redis, metrics);
    const { body } = await metrics.render();
    return body.match(/^fanfare_(redis|process)_.*$/gm) ?? [];
  };
  const lines = await shown();
  await own[Symbol.asyncDispose]();
  expect(lines).toEqual(
    expect.arrayContaining([
      'fanfare_redis_durability{durability="second"} 1',
      'fanfare_redis_durability{durability="disk"} 0',
      'fanfare_redis_may_evict 1',
      'fanfare_process_alive{role="sender"} 0',
    ]),
  );
  expect(await shown()).toEqual([]);
});
