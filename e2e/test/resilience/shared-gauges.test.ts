import * as consoleApp from '@fanfare/console/app';
import { createMetrics } from '@fanfare/runtime';
import * as sender from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

const SHARED = createMetrics().descriptions.flatMap(({ name, isShared }) => (isShared ? [name] : []));

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
  expect(metrics.match(new RegExp(`^(${SHARED.join('|')})[{ ].*$`, 'gm'))).toBeNull();
});

test('each of ingest and console alone exports every gauge of shared state', async () => {
  await using system = await startSystem({ apps: [] });
  const config = consoleApp.readConfig({ ...system.env, CONSOLE_PASSWORD: 'the operator’s password' });
  const console = await consoleApp.start(config);
  try {
    for (const port of [system.metricsPort, console.metricsPort]) {
      const metrics = await metricsOf(port);
      expect(SHARED.filter((name) => !new RegExp(`^${name}[{ ]`, 'm').test(metrics))).toEqual([]);
    }
  } finally {
    await console.close();
  }
});

test('requests are measured by route, whatever ids are in their paths', async () => {
  await using system = await startSystem({ apps: [] });
  await system.backend.get('/v3/users/bob');
  await system.backend.get('/v3/users/carol');
  await system.backend.get('/no/such/path');
  await until(async () => {
    const metrics = await metricsOf(system.metricsPort);
    const isCounted = (labels: string, count: number) =>
      metrics.includes(`fanfare_http_request_seconds_count{${labels}} ${count}`);
    return (
      isCounted('route="/v3/users/:uid",method="GET",status="404"', 2) &&
      isCounted('route="none",method="GET",status="404"', 1)
    );
  }, 'they are counted');
});
