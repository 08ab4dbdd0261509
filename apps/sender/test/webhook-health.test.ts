import { createLogger } from '@fanfare/runtime';
import { enableCustomProvider, viewCustomProvider } from '@fanfare/store';
import { handClock, startTestRedis, type TestRedis } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { WebhookHealth } from '../src/webhook-health.ts';
import { APP, HOUR, seedApp } from './support/sender.ts';

const URL = 'http://127.0.0.1:9/hook';
const FAILED = { kind: 'retryable', reason: 'timeout' } as const;
const ACCEPTED = { kind: 'accepted' } as const;

let own: TestRedis;
beforeAll(async () => {
  own = await startTestRedis();
});
beforeEach(async () => {
  await own.redis.flushall();
  await seedApp(own.redis, URL);
});
afterAll(() => own[Symbol.asyncDispose]());

/** Two senders whose clock the test moves; each hour the first sends as the test says. */
function senders() {
  const clock = handClock(Date.now());
  const log = createLogger({ name: 'sender', level: 'silent' });
  const make = () => new WebhookHealth({ registry: own.redis, log, now: clock.now });
  const both = [make(), make()] as const;
  return {
    both,
    async hours(count: number, perHour: number, outcome: typeof FAILED | typeof ACCEPTED = FAILED) {
      for (let hour = 0; hour < count; hour++) {
        for (let i = 0; i < perHour; i++) both[i % 2]?.record(APP, URL, outcome);
        for (const one of both) await one.flush();
        clock.advance(HOUR);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const one of both) await one.close();
    },
  };
}

const shown = () => viewCustomProvider(own.redis, APP);

test('a webhook that accepts nothing for 24 hours in a hundred tries is switched off, visibly', async () => {
  await using all = senders();
  await all.hours(24, 10);
  expect((await shown())?.isEnabled).toBe(true);
  await all.hours(1, 10);
  expect(await shown()).toMatchObject({ isEnabled: false, disabled: { reason: 'nothing_accepted_24h' } });
});

test.each([
  ['fewer than a hundred tries', async (all: ReturnType<typeof senders>) => all.hours(40, 2)],
  [
    'one accepted send',
    async (all: ReturnType<typeof senders>) => {
      await all.hours(20, 10);
      await all.hours(1, 1, ACCEPTED);
      await all.hours(20, 10);
    },
  ],
])('a webhook stays on after %s', async (_, go) => {
  await using all = senders();
  await go(all);
  expect((await shown())?.isEnabled).toBe(true);
});

test('a webhook that is switched on again has another 24 hours', async () => {
  await using all = senders();
  await all.hours(26, 10);
  expect((await shown())?.isEnabled).toBe(false);
  await enableCustomProvider(own.redis, APP);
  await all.hours(20, 10);
  expect((await shown())?.isEnabled).toBe(true);
});
