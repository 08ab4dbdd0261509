import type { DeliveryState } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  closeGate,
  type Gate,
  hold,
  openGate,
  readHeld,
  readLoad,
  readStates,
  release,
  releaseLate,
  releaseOne,
} from '../../src/index.ts';
import { APP, becomes, HOUR, NOW, planned, settleAll, users } from '../support/events.ts';

const DELIVERIES = 8;
const ALL = Array.from({ length: DELIVERIES }, (_, ordinal) => ordinal);
const GATES: Gate[] = ['a', 'b'].map((name) => ({ lane: 'chat', appId: APP, provider: 'custom', name }));

const gate = fc.nat({ max: 1 });
const step = fc.oneof(
  fc.record({ do: fc.constant('open' as const), gate }),
  fc.record({ do: fc.constant('close' as const), gate }),
  fc.record({
    do: fc.constant('hold' as const),
    gate,
    ordinals: fc.subarray(ALL, { minLength: 1 }),
    busy: fc.boolean(),
    late: fc.boolean(),
  }),
  fc.record({ do: fc.constant('release' as const), gate, count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('trial' as const), gate }),
  fc.record({ do: fc.constant('late' as const), gate }),
  fc.record({
    do: fc.constant('settle' as const),
    ordinal: fc.nat({ max: DELIVERIES - 1 }),
    state: fc.constantFrom('accepted' as const, 'expired' as const, 'retrying' as const),
  }),
);

test('whatever is held, released and settled, nothing is lost or in two places, and the counts are true', async () => {
  await using own = await startTestRedis({ args: ['--appendonly', 'no'] });
  const { redis } = own;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      await redis.flushall();
      const ref = await planned(redis, users(DELIVERIES));
      const before = new Map<number, DeliveryState>();
      for (const each of steps) {
        const states = await readStates(redis, ref, ALL);
        if (each.do === 'settle') {
          await settleAll(redis, ref, [becomes(each.ordinal, each.state)]);
        } else {
          const its = GATES[each.gate] as Gate;
          if (each.do === 'open') {
            await openGate(redis, 0, its, { now: NOW, reason: 'http_503', leastMs: 1000, mostMs: 1000 });
          }
          if (each.do === 'close') await closeGate(redis, 0, its, NOW);
          if (each.do === 'hold') {
            const { ordinals, busy, late } = each;
            const holding = { ref, ordinals, deadlineAt: late ? NOW : NOW + HOUR, job: { o: ordinals[0] } };
            await hold(redis, 0, its, [holding], { now: NOW, reason: busy ? 'busy' : 'open' });
            for (const o of ordinals) if (states[o] !== 'held') before.set(o, states[o] as DeliveryState);
          }
          if (each.do === 'trial') {
            const { released } = await releaseOne(redis, 0, its, NOW);
            const ordinals = released.flatMap((one) => one.ordinals);
            expect(ordinals.map((o) => states[o])).toEqual(ordinals.map(() => 'held'));
            expect(await readStates(redis, ref, ordinals)).toEqual(ordinals.map(() => 'retrying'));
          }
          if (each.do === 'release' || each.do === 'late') {
            const { released } =
              each.do === 'late'
                ? await releaseLate(redis, 0, its, NOW)
                : await release(redis, 0, its, each.count, NOW);
            const ordinals = released.flatMap((one) => one.ordinals);
            expect(ordinals.map((o) => states[o])).toEqual(ordinals.map(() => 'held'));
            expect(await readStates(redis, ref, ordinals)).toEqual(ordinals.map((o) => before.get(o)));
          }
        }
        const now = await readStates(redis, ref, ALL);
        const ready = now.filter((state) => state === 'pending' || state === 'retrying').length;
        expect((await readLoad(redis, APP, ['custom'], 1)).get('custom')).toBe(ready);
        const listed = (
          await Promise.all(GATES.map(({ name }) => redis.zrange(`{p0}:held:chat|${APP}|custom|${name}`, '0', '-1')))
        )
          .flat()
          .flatMap((member) => ordinalsOf(member.split(' ')[2] as string));
        expect(new Set(listed).size).toBe(listed.length);
        for (const o of ALL) if (now[o] === 'held') expect(listed).toContain(o);
        const counted = (await readHeld(redis, 1)).reduce((sum, { count }) => sum + count, 0);
        expect(counted).toBe(listed.length);
      }
    }),
    { numRuns: 150 },
  );
}, 120_000);

const ordinalsOf = (text: string): number[] =>
  text.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number) as [number, number?];
    return ALL.filter((o) => o >= first && o <= (last as number));
  });
