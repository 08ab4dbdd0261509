import * as consoleApp from '@fanfare/console/app';
import * as sender from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

const metricsOf = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

test('gauges of shared state come from ingest and console, and stay when every sender is dead', async () => {
  await using system = await startSystem({ apps: ['fanout'] });
  await system.backend.post('/v3/events', aMessage());
  const config = consoleApp.readConfig({ ...system.env, CONSOLE_PASSWORD: 'the operator’s password' });
  const console = await consoleApp.start(config);
  const waiting = /^fanfare_queue_depth\{queue="deliveries-custom",lane="chat",state="waiting"\} 1$/m;
  try {
    for (const port of [system.metricsPort, console.metricsPort]) {
      await until(async () => waiting.test(await metricsOf(port)), `${port} shows the delivery that waits`);
    }
  } finally {
    await console.close();
  }
});

test('a worker exports no gauge of shared state, which three of them would triple', async () => {
  await using system = await startSystem({ apps: [] });
  const worker = await sender.start(sender.readConfig(system.env));
  const metrics = await metricsOf(worker.metricsPort);
  await worker.close();
  expect(metrics).toContain('fanfare_inflight');
  expect(metrics).not.toMatch(/^fanfare_queue_(depth|oldest_seconds)\{/m);
});
