import { closeGate, type Gate, hold, openGate, readHeld } from '@fanfare/ledger';
import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { handleEvent } from '../src/handle-event.ts';
import { SWEEP_TIMES, sweep } from '../src/sweep.ts';
import { sweepHeld } from '../src/sweep-held.ts';
import { accept, aGroupMessage, countsOf, takeJob } from './support/events.ts';
import { APP, HOUR, seedApp, startFanout } from './support/fanout.ts';

const MEMBERS = 450;
const gateOf = (name: string): Gate => ({ lane: 'chat', appId: APP, provider: 'custom', name });

test('what one endpoint has left too late keeps the sweeper neither from others nor from its other work', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  const members = Array.from({ length: MEMBERS }, (_, i) => `member-${i}`);
  await seedApp(redis, members);
  await using planning = startFanout(redis, { sliceSize: MEMBERS });
  const { ref } = await accept(redis, aGroupMessage());
  await handleEvent(planning, { shard: 0, lane: 'chat' }, await takeJob(redis, ref));
  const now = Date.now();
  const [many, one] = [gateOf('many'), gateOf('one')];
  for (const gate of [many, one]) await openGate(redis, 0, gate, { now, reason: 'timeout', leastMs: 1, mostMs: 1 });
  const holding = (ordinal: number) => ({ ref, ordinals: [ordinal], deadlineAt: now + ordinal, job: { o: ordinal } });
  const all = members.map((_, ordinal) => holding(ordinal));
  await hold(redis, 0, many, all.slice(0, -1), { now, reason: 'open' });
  await hold(redis, 0, one, all.slice(-1), { now, reason: 'open' });

  // Each look at the clock takes a part of the time that a run has.
  let time = now + HOUR;
  const ticking = startFanout(redis, { now: () => (time += 2) });
  await using _ = ticking;
  await sweep(ticking, SWEEP_TIMES);
  const left = await readHeld(redis, 1);
  expect(left.map(({ name }) => name)).toEqual(['many']);
  while ((await readHeld(redis, 1)).length > 0) await sweep(ticking, SWEEP_TIMES);
  expect(await countsOf(redis, ref)).toMatchObject({ expired: MEMBERS });
  await closeGate(redis, 0, many, time);
});

test('a run whose time is over after one gate leaves the others to the next, which begins anywhere', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  const members = Array.from({ length: 4 }, (_, i) => `member-${i}`);
  await seedApp(redis, members);
  await using planning = startFanout(redis, { sliceSize: members.length });
  const { ref } = await accept(redis, aGroupMessage());
  await handleEvent(planning, { shard: 0, lane: 'chat' }, await takeJob(redis, ref));
  const now = Date.now();
  for (const ordinal of members.keys()) {
    const holding = { ref, ordinals: [ordinal], deadlineAt: now + ordinal, job: { o: ordinal } };
    await hold(redis, 0, gateOf(`gate-${ordinal}`), [holding], { now, reason: 'busy' });
  }

  await using late = startFanout(redis, { now: () => now + HOUR, random: () => 0.5 });
  await sweepHeld(late, now + HOUR);
  expect((await readHeld(redis, 1)).map(({ name }) => name).sort()).toEqual(['gate-0', 'gate-1', 'gate-3']);
  await sweepHeld(late, now + 2 * HOUR);
  expect(await readHeld(redis, 1)).toEqual([]);
});
