import * as consoleApp from '@fanfare/console/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { BASIC_AUTH, startSystem } from '../support/system.ts';

const PASSWORD = 'the operator’s password';
const MESSAGES = 30;

/** Some deliveries are tried meanwhile, or wait after that: how many differs from one look to the next. */
const sentenceOn = (origin: string) =>
  new RegExp(
    `^The webhook ${origin} of app123 has been refusing since \\d\\d:\\d\\d UTC \\(http_503\\): (2\\d|30) deliver`,
  );

test('with a webhook that answers 503 the operator is told which, since when, and how many wait', async () => {
  await using system = await startSystem();
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 503 } });
  const console = await consoleApp.start(consoleApp.readConfig({ ...system.env, CONSOLE_PASSWORD: PASSWORD }));
  try {
    const events = Array.from({ length: MESSAGES }, () => aMessage());
    await system.backend.post('/v3/events', events);
    const { origin } = new URL(system.hooks.url);
    const state = async () => (await system.admin.get('/v3/system')).body.data;
    const data = await until(async () => {
      const found = await state();
      return sentenceOn(origin).test(found.verdict[0].sentence) ? found : undefined;
    }, 'the verdict names the webhook');
    const verdict = { level: 'critical', code: 'breaker_open', appId: 'app123' };
    expect(data.verdict[0]).toEqual({ ...verdict, sentence: expect.stringMatching(sentenceOn(origin)) });
    expect(data.breakers).toMatchObject([{ appId: 'app123', target: 'endpoint', name: origin }]);
    expect(data.lanes[1]).toMatchObject({ lane: 'chat', openEvents: 30 });
    expect(data.lanes[1].oldestMs).toBeGreaterThan(0);
    for (const port of [system.metricsPort, console.metricsPort]) {
      const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      // All of them but those that are tried, or wait after that.
      const metrics = await until(async () => {
        const text = await scrape();
        return /^fanfare_deliveries_held\{provider="custom",lane="chat"\} (2\d|30)$/m.test(text) ? text : undefined;
      }, 'all deliveries are counted as held');
      expect(metrics).toMatch(/^fanfare_breakers_open\{provider="custom"\} 1$/m);
      expect(metrics).toMatch(/^fanfare_open_events\{lane="chat"\} 30$/m);
      const oldest = /^fanfare_open_oldest_seconds\{lane="chat"\} (\S+)$/m.exec(metrics)?.[1];
      expect(Number(oldest)).toBeGreaterThan(0);
    }
    system.hook.configure({ basicAuth: BASIC_AUTH });
    for (const { id } of events) expect(await system.done(id, 90_000)).toMatchObject({ accepted: 1 });
    await until(async () => (await state()).verdict[0].level === 'ok', 'all is well again');
  } finally {
    await console.close();
  }
}, 150_000);
