import { setTimeout as delay } from 'node:timers/promises';
import { Probe } from '../pipeline/probe.ts';
import { percentile } from '../report/statistics.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Stage } from '../system/stage.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const MEMBERS = { full: 100_000, quick: 20_000 };
/** Rings, idle and during the blast, and the time between two. */
const RINGS = { full: 200, quick: 80 };
const EVERY_MS = 50;
const WARM_UP = 20;
/** Deliveries of the blast before the first ring. */
const UNDER_WAY = 1000;

/** How long a phone takes to ring, idle and while its app's message to a large group is sent. */
export const rings: Row = {
  title: 'rings, idle and during a blast to 100,000 of the same app',
  run: (lab) => lab.withFanfare({}, (fanfare, stage) => measure(lab, fanfare, stage)),
};

async function measure(lab: Lab, fanfare: Fanfare, { provider, receiver }: Stage): Promise<RowResult> {
  const members = lab.quick ? MEMBERS.quick : MEMBERS.full;
  lab.say(`P3: registering ${members} devices`);
  await fanfare.createGroup('group', members);
  const probe = await Probe.overFcm(fanfare.bench, receiver, 'ring');
  await probe.run(['call'], EVERY_MS, { count: WARM_UP });
  const count = lab.quick ? RINGS.quick : RINGS.full;
  const idle = await probe.run(['call'], EVERY_MS, { count });
  lab.say(`P3: idle p99 ${percentile(idle.call, 0.99).toFixed(0)} ms; blast`);
  const before = await provider.accepted();
  const blasted = async () => (await provider.accepted()) - before;
  await fanfare.post({ id: 'blast', group: 'group' });
  while ((await blasted()) < UNDER_WAY) await delay(10);
  const during = await probe.run(['call'], EVERY_MS, {
    count,
    isOn: async () => (await blasted()) < members,
  });
  return resultOf(members, idle.call, during.call);
}

function resultOf(members: number, idle: readonly number[], during: readonly number[]): RowResult {
  const [calm, busy] = [percentile(idle, 0.99), percentile(during, 0.99)];
  return {
    figures: [
      { row: 'P3', what: 'ring p50 ms, idle', ours: percentile(idle, 0.5) },
      { row: 'P3', what: 'ring p99 ms, idle', ours: calm },
      { row: 'P3', what: 'ring p50 ms, during the blast', ours: percentile(during, 0.5) },
      { row: 'P3', what: 'ring p99 ms, during the blast', ours: busy, target: { of: 'value', atMost: 250 } },
      { row: 'P3', what: 'the same, plain: idle', ours: busy, plain: calm, target: { of: 'ratio', atMost: 3 } },
    ],
    notes: [
      `P3: ${during.length} rings, one every ${EVERY_MS} ms, during a message to ${members} members; from the POST ` +
        'to the arrival at FCM, over a credential of their own.',
    ],
  };
}
