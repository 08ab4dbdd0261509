import * as fanout from '@fanfare/fanout/app';
import * as sender from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Api } from '../support/api.ts';
import { aGroupMessage, aMessage, uids } from '../support/events.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

/** An app whose webhook is the simulator's endpoint of its name. */
async function createOther({ admin, url, hooks }: System, appId: string): Promise<Api> {
  const other = await createApp(admin, url, appId);
  await other.post('/v3/notifications/push/v1/providers/custom', { webhookURL: `${hooks.url}/webhook/${appId}` });
  return other;
}

async function startWorkers({ env }: System): Promise<AsyncDisposable> {
  const workers = [await fanout.start(fanout.readConfig(env)), await sender.start(sender.readConfig(env))];
  return { [Symbol.asyncDispose]: async () => void (await Promise.all(workers.map((worker) => worker.close()))) };
}

/** The apps whose notifications arrive, in order: 'ours' of the system's app, 'theirs' of the other. */
function watch({ hook, hooks }: System): ('ours' | 'theirs')[] {
  const order: ('ours' | 'theirs')[] = [];
  hook.onRequest(() => order.push('ours'));
  hooks.endpoint('other').onRequest(() => order.push('theirs'));
  return order;
}

const count = (order: readonly string[], app: string): number => order.filter((one) => one === app).length;

/** How many of ours arrived before so many of theirs. A slow answer may be retried, so there may be more. */
function oursBefore(order: readonly string[], theirs: number): number {
  const last = [...order.keys()].filter((i) => order[i] === 'theirs')[theirs - 1];
  return count(order.slice(0, last), 'ours');
}

test("another app's message is sent among the first of an app that has thousands of messages waiting", async () => {
  await using system = await startSystem({ apps: [] });
  const other = await createOther(system, 'other');
  const MANY = 3000;
  for (let sent = 0; sent < MANY; sent += 500) {
    const batch = Array.from({ length: 500 }, () => aMessage());
    expect((await system.backend.post('/v3/events', batch)).status).toBe(202);
  }
  const few = [aMessage(), aMessage(), aMessage()];
  expect((await other.post('/v3/events', few)).status).toBe(202);
  const order = watch(system);
  await using _workers = await startWorkers(system);
  await until(() => count(order, 'ours') >= MANY, 'all is sent', { timeoutMs: 90_000 });
  // Behind what is in hand already: up to 800 are ready, and theirs go before these.
  expect(oursBefore(order, few.length)).toBeLessThan(400);
}, 120_000);

test("an app's message to a large group is not sent after another app's to a far larger one", async () => {
  await using system = await startSystem({ apps: [], env: { BULK_AUDIENCE: '100' } });
  const other = await createOther(system, 'other');
  const MANY = 12_000;
  await system.backend.put('/v3/groups/huge', {});
  await system.backend.loadMembers('huge', uids(MANY));
  await other.put('/v3/groups/large', {});
  await other.loadMembers('large', uids(500));
  const order = watch(system);
  expect((await system.backend.post('/v3/events', aGroupMessage('huge'))).status).toBe(202);
  await using _workers = await startWorkers(system);
  await until(() => count(order, 'ours') >= 1000, 'the first is under way', { timeoutMs: 30_000 });
  expect((await other.post('/v3/events', aGroupMessage('large'))).status).toBe(202);
  await until(() => count(order, 'ours') >= MANY, 'all is sent', { timeoutMs: 120_000 });
  expect(oursBefore(order, 500)).toBeLessThan(MANY);
}, 180_000);
