import { setTimeout as delay } from 'node:timers/promises';
import { type Latencies, Probe } from '../pipeline/probe.ts';
import type { Figure } from '../report/figure.ts';
import { percentile } from '../report/statistics.ts';
import { directMessage, groupMessage, ring, uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Stage } from '../system/stage.ts';
import type { Row } from './row.ts';

/** Events of B, alone and beside A, calls and messages in turn, and the time between two. */
const EVENTS = { full: 160, quick: 50 };
const EVERY_MS = 40;
const WARM_UP = 20;

/** How B gets its pushes. */
type Channel = 'overFcm' | 'overWebhook';

interface Scenario {
  row: string;
  /** What A does. */
  title: string;
  channel: Channel;
  /** Begins it; resolves once it is under way. A's own troubles do not matter. */
  disturb(fanfare: Fanfare, stage: Stage, quick: boolean): Promise<void>;
}

const MANY_MESSAGES: Scenario = {
  row: 'fair-a',
  title: 'posts 10,000 1:1 messages',
  channel: 'overFcm',
  async disturb({ bench }, _stage, quick) {
    const users = 1000;
    await bench.registry.createDevices(users);
    const events = Array.from({ length: quick ? 3000 : 10_000 }, (_, i) => directMessage(`a-${i}`, uidOf(i % users)));
    await flood(bench.postAll(events));
  },
};

const HANGING: Scenario = {
  row: 'fair-c',
  title: 'has 10,000 messages waiting for an endpoint that hangs',
  channel: 'overWebhook',
  async disturb({ bench }, { receiver }, quick) {
    receiver.behave('hanging', { hangs: true });
    await bench.useWebhook(receiver.webhook('hanging'));
    const events = Array.from({ length: quick ? 3000 : 10_000 }, (_, i) => directMessage(`a-${i}`, uidOf(i)));
    await flood(bench.postAll(events));
  },
};

const NO_DEVICES: Scenario = {
  row: 'fair-d',
  title: 'posts 102,000 events to a group without devices',
  channel: 'overWebhook',
  async disturb({ bench }, _stage, quick) {
    await bench.registry.createGroup('empty', 10);
    const events = Array.from({ length: quick ? 10_000 : 102_000 }, (_, i) => groupMessage(`a-${i}`, 'empty'));
    await flood(bench.postAll(events, 1000));
  },
};

const SLOW_ENDPOINTS: Scenario = {
  row: 'fair-e',
  title: 'are three apps whose endpoints answer in 1.8 s, 20 calls and 20 messages a second each',
  channel: 'overWebhook',
  disturb: (fanfare, { receiver }) => {
    receiver.behave('slow', { latencyMs: 1800 });
    return callAndWrite(fanfare, {
      webhooks: ['slow-1', 'slow-2', 'slow-3'].map((appId) => [appId, receiver.webhook('slow')]),
      everyMs: 50,
    });
  },
};

const HANGING_TENANTS: Scenario = {
  row: 'fair-g',
  title: 'are ten apps whose endpoints hang, 5 calls and 5 messages a second each',
  channel: 'overWebhook',
  disturb: (fanfare, { receiver }) => {
    const names = Array.from({ length: 10 }, (_, i) => `hanging-${i + 1}`);
    for (const name of names) receiver.behave(name, { hangs: true });
    return callAndWrite(fanfare, { webhooks: names.map((name) => [name, receiver.webhook(name)]), everyMs: 200 });
  },
};

/** Apps with these webhooks, a call and a message each time. Resolves when their endpoints have shown what they are. */
async function callAndWrite(
  { createTenant }: Fanfare,
  { webhooks, everyMs }: { webhooks: readonly (readonly [appId: string, url: string])[]; everyMs: number },
): Promise<void> {
  const tenants = await Promise.all(
    webhooks.map(async ([appId, url]) => {
      const tenant = await createTenant(appId);
      await tenant.useWebhook(url);
      return tenant;
    }),
  );
  void steadily(async (n) => {
    const events = [ring(`call-${n}`, uidOf(n)), directMessage(`message-${n}`, uidOf(n))];
    const accepted = await Promise.all(tenants.map((tenant) => tenant.postAll(events)));
    return accepted.reduce((sum, count) => sum + count, 0);
  }, everyMs);
  await delay(4000);
}

/** Lets the posts go on and waits until a good part of them has been made. */
async function flood(posts: Promise<unknown>): Promise<void> {
  posts.catch(() => {});
  await delay(1000);
}

/** Calls back every `everyMs`, until nothing it posts is accepted: its system has ended. */
async function steadily(post: (n: number) => Promise<number>, everyMs: number): Promise<void> {
  for (let n = 0, accepted = 1; accepted > 0; n += 1) [accepted] = await Promise.all([post(n), delay(everyMs)]);
}

const rowOf = (scenario: Scenario): Row => ({
  title: `B's calls and messages while A ${scenario.title}`,
  run: (lab) =>
    lab.withFanfare({}, async (fanfare, stage) => {
      const { row, channel, title } = scenario;
      const tenant = await fanfare.createTenant('b');
      const probe = await Probe[channel](tenant, stage.receiver, row);
      const count = lab.quick ? EVENTS.quick : EVENTS.full;
      await probe.run(['call', 'message'], EVERY_MS, { count: WARM_UP });
      const alone = await probe.run(['call', 'message'], EVERY_MS, { count });
      lab.say(`${row}: alone ${shown(alone)}; now A`);
      await scenario.disturb(fanfare, stage, lab.quick);
      const beside = await probe.run(['call', 'message'], EVERY_MS, { count });
      lab.say(`${row}: beside ${shown(beside)}`);
      return { figures: figuresOf(row, alone, beside), notes: [`${row}: A ${title}. "Plain" is B alone.`] };
    }),
});

function figuresOf(row: string, alone: Latencies, beside: Latencies): Figure[] {
  const p99 = (kind: 'call' | 'message'): Figure => ({
    row,
    what: `B's ${kind} p99 ms; plain: alone`,
    ours: percentile(beside[kind], 0.99),
    plain: percentile(alone[kind], 0.99),
    target: { of: 'ratio', atMost: 3 },
  });
  const refused: Figure = {
    row,
    what: "B's events refused",
    ours: beside.refused,
    target: { of: 'value', atMost: 0 },
  };
  return [p99('call'), p99('message'), refused];
}

const shown = ({ call, message }: Latencies): string =>
  `p99 ${percentile(call, 0.99).toFixed(0)} ms calls, ${percentile(message, 0.99).toFixed(0)} ms messages`;

export const manyMessages = rowOf(MANY_MESSAGES);
export const hangingEndpoint = rowOf(HANGING);
export const noDevices = rowOf(NO_DEVICES);
export const slowEndpoints = rowOf(SLOW_ENDPOINTS);
export const hangingTenants = rowOf(HANGING_TENANTS);
