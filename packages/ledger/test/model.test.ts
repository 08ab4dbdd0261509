import type { PlannedRecipient, Target } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { test } from '@jest/globals';
import fc from 'fast-check';
import { Model, type Step } from './support/model.ts';

const custom: Target = { provider: 'custom' };
const uid = fc.stringMatching(/^[a-z]{3}$/);
const recipient: fc.Arbitrary<PlannedRecipient> = fc.oneof(
  fc.record({
    kind: fc.constant('suppress' as const),
    uid,
    reason: fc.constantFrom('NO_TARGET' as const, 'DND_PREFERENCE' as const),
  }),
  fc.record({
    kind: fc.constant('send' as const),
    uid,
    targets: fc.integer({ min: 1, max: 3 }).map((n): [Target, ...Target[]] => [custom, ...Array(n - 1).fill(custom)]),
  }),
);
const worker = fc.constantFrom(0 as const, 1 as const);
const settlement = fc.record({
  pick: fc.nat(),
  state: fc.constantFrom(
    'accepted' as const,
    'token_dead' as const,
    'rejected' as const,
    'expired' as const,
    'superseded' as const,
    'retrying' as const,
  ),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('take' as const), worker }),
  fc.record({
    do: fc.constant('plan' as const),
    worker,
    recipients: fc.array(recipient, { maxLength: 5 }),
    last: fc.boolean(),
  }),
  fc.record({ do: fc.constant('advance' as const), worker }),
  fc.record({ do: fc.constant('settle' as const), settlements: fc.array(settlement, { minLength: 1, maxLength: 6 }) }),
  fc.record({ do: fc.constant('reopen' as const), pick: fc.nat() }),
);

test('whatever workers, senders and an operator do, in any order, the counts add up and are true', async () => {
  await using own = await startTestRedis({ args: ['--appendonly', 'no'] });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      await own.redis.flushall();
      const model = await Model.start(own.redis);
      // Most runs start with something planned, or most steps would have nothing to work on.
      const begin: Step[] = [
        { do: 'take', worker: 0 },
        { do: 'plan', worker: 0, recipients: [{ kind: 'send', uid: 'ann', targets: [custom, custom] }], last: false },
      ];
      for (const one of [...begin, ...steps]) {
        await model.run(one);
        await model.check();
      }
    }),
    { numRuns: 100 },
  );
}, 120_000);
