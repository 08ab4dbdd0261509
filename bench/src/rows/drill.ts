import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../report/figure.ts';
import type { Design, Post } from '../system/design.ts';
import { startPlain } from '../system/plain.ts';
import { type SimulatedFcm, startSimulatedFcm } from '../system/simulated-fcm.ts';
import type { Stage } from '../system/stage.ts';
import type { Lab } from './lab.ts';
import type { Row } from './row.ts';

/** As a share of all requests; a 429 asks to wait for a second. */
const FAULTS = { goAwayEvery: 500, errors: { '503': 0.05, '429': 0.02 } };
const LARGE = { full: 5000, quick: 2000 };
const SMALL = { members: 100, messages: 10 };
const PATIENCE_MS = 180_000;

/** Whether anything is lost or sent twice while FCM misbehaves. */
export const drill: Row = {
  title: 'FCM with GOAWAY every 500 streams, 5 % 503 and 2 % 429: lost and duplicated',
  async run(lab) {
    const ours = await measure(lab, 'Fanfare', (stage) => lab.startFanfare(stage));
    const plain = await measure(lab, 'plain', startPlain);
    const none = { of: 'value', atMost: 0 } as const;
    const figures: Figure[] = [
      { row: 'P8', what: 'deliveries lost', ours: ours.lost, plain: plain.lost, target: none },
      { row: 'P8', what: 'deliveries duplicated', ours: ours.duplicated, plain: plain.duplicated, target: none },
      { row: 'P8', what: 'seconds until all was done', ours: ours.seconds, plain: plain.seconds },
    ];
    const notes = [`P8: ${ours.deliveries} deliveries to our simulator, whose counts these are.`];
    const losses = [
      ...(ours.lost === 0 ? [] : [`P8: ${ours.lost} lost`]),
      ...(ours.duplicated === 0 ? [] : [`P8: ${ours.duplicated} duplicated`]),
    ];
    return { figures, notes, losses };
  },
};

interface Outcome {
  deliveries: number;
  lost: number;
  duplicated: number;
  seconds: number;
}

async function measure(lab: Lab, name: string, start: (stage: Stage) => Promise<Design>): Promise<Outcome> {
  const stage = await lab.stage();
  const provider = await startSimulatedFcm(stage.folder);
  await provider.setFaults(FAULTS);
  const design = await start({ ...stage, provider });
  try {
    const outcome = await run(design, provider, lab.quick ? LARGE.quick : LARGE.full);
    lab.say(`P8, ${name}: ${JSON.stringify(outcome)}`);
    return outcome;
  } finally {
    await design.close();
    await provider.close();
  }
}

async function run(design: Design, provider: SimulatedFcm, large: number): Promise<Outcome> {
  await design.createGroup('large', large);
  await design.createGroup('small', SMALL.members);
  const small = Array.from({ length: SMALL.messages }, (_, i): Post => ({ id: `small-${i}`, group: 'small' }));
  const posts: Post[] = [{ id: 'large', group: 'large' }, ...small];
  const startedAt = performance.now();
  for (const post of posts) await design.post(post);
  while (!(await design.isDone()) && performance.now() - startedAt < PATIENCE_MS) await delay(100);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const { answered, acceptedTwice } = await provider.counts();
  const deliveries = large + SMALL.members * SMALL.messages;
  const lost = deliveries - ((answered['200'] ?? 0) - acceptedTwice);
  return { deliveries, lost, duplicated: acceptedTwice, seconds };
}
