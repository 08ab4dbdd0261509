import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../report/statistics.ts';
import { groupMessage } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Receiver } from '../system/receiver.ts';
import type { Stage } from '../system/stage.ts';
import type { Tenant } from '../system/tenant.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const LARGE = { full: 200_000, quick: 50_000 };
const SMALL = 2000;
/** Deliveries of A's blast before B's begins. */
const UNDER_WAY = 2000;
const PATIENCE_MS = 60_000;

/** B's message to a group of 2,000 while A's to 200,000 is being sent, both by webhook. */
export const twoBlasts: Row = {
  title: "B's message to 2,000 while A sends one to 200,000",
  run: (lab) => lab.withFanfare({}, (fanfare, stage) => measure(lab, fanfare, stage)),
};

async function measure(lab: Lab, fanfare: Fanfare, { provider, receiver }: Stage): Promise<RowResult> {
  const [a, b] = [fanfare.bench, await fanfare.createTenant('b')];
  const members = lab.quick ? LARGE.quick : LARGE.full;
  await a.useWebhook(provider.webhookUrl);
  await a.registry.createGroup('large', members);
  await b.useWebhook(receiver.webhook('fair-b'));
  await b.registry.createGroup('small', SMALL);
  await blast(b, receiver, 'warm-up');
  const alone = await blast(b, receiver, 'alone');
  lab.say(`fair-b: alone p99 ${percentile(alone, 0.99).toFixed(0)} ms; now A`);
  const before = await provider.accepted();
  await a.api.post('/v3/events', groupMessage('large', 'large'));
  while ((await provider.accepted()) - before < UNDER_WAY) await delay(10);
  const beside = await blast(b, receiver, 'beside');
  const left = members - ((await provider.accepted()) - before);
  lab.say(`fair-b: beside p99 ${percentile(beside, 0.99).toFixed(0)} ms, with ${left} of A's left`);
  return {
    figures: [
      {
        row: 'fair-b',
        what: "B's delivery p99 ms; plain: alone",
        ours: percentile(beside, 0.99),
        plain: percentile(alone, 0.99),
        target: { of: 'ratio', atMost: 3 },
      },
    ],
    notes: [`fair-b: A sends one message to ${members}, B one to ${SMALL}. "Plain" is B alone.`],
    losses: left > 0 || lab.quick ? [] : ["fair-b: A's blast ended before B's"],
  };
}

/** Milliseconds from the POST to each arrival. */
async function blast(tenant: Tenant, receiver: Receiver, id: string): Promise<number[]> {
  const times: number[] = [];
  const startedAt = performance.now();
  receiver.listen('fair-b', ({ at }) => times.push(at - startedAt));
  await tenant.api.post('/v3/events', groupMessage(id, 'small'));
  while (times.length < SMALL && performance.now() - startedAt < PATIENCE_MS) await delay(10);
  return [...times, ...Array.from({ length: Math.max(0, SMALL - times.length) }, () => performance.now() - startedAt)];
}
