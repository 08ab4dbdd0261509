import * as consoleApp from '@fanfare/console/app';
import * as fanout from '@fanfare/fanout/app';
import * as sender from '@fanfare/sender/app';
import { expect, test } from '@jest/globals';
import { startSystem } from '../support/system.ts';

test('each process serves /metrics on a port of its own, on loopback, and on no other', async () => {
  await using system = await startSystem({ apps: [] });
  const env = { ...system.env, CONSOLE_PASSWORD: 'a password for tests' };
  const started = [
    await fanout.start(fanout.readConfig(env)),
    await sender.start(sender.readConfig(env)),
    await consoleApp.start(consoleApp.readConfig(env)),
  ];
  try {
    const ports = [{ port: Number(new URL(system.url).port), metricsPort: system.metricsPort }, ...started];
    for (const { port, metricsPort } of ports) {
      const open = await fetch(`http://127.0.0.1:${port}/metrics`, { redirect: 'manual' });
      expect([404, 303]).toContain(open.status);
      expect(await open.text()).not.toContain('fanfare_');
      const own = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
      expect([own.status, (await own.text()).includes('fanfare_events_total')]).toEqual([200, true]);
    }
    expect(fanout.readConfig(env).METRICS_HOST).toBe('127.0.0.1');
  } finally {
    for (const app of started) await app.close();
  }
});
