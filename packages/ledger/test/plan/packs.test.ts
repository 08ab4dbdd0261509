import { DELIVERY_STATES, needsJob, type PlannedRecipient } from '@fanfare/core';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deliveriesIn, deliveriesOf, openJobs, packsOf } from '../../src/index.ts';
import { left, slice } from '../support/events.ts';

const target = fc.oneof(
  fc.constant({ provider: 'custom' as const }),
  fc.record({
    provider: fc.constantFrom('fcm', 'apns'),
    deviceId: fc.constant('d1'),
    providerId: fc.constantFrom('default', 'ios', 'android'),
  }),
);
const recipient: fc.Arbitrary<PlannedRecipient> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(left('bob')) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      uid: fc.constant('ann'),
      targets: fc.array(target, { minLength: 1, maxLength: 3 }).map((all) => all as never),
    }),
  },
);
const anySlice = fc.record({
  recipients: fc.array(recipient, { maxLength: 40 }),
  first: fc.nat({ max: 100 }),
  packSize: fc.constantFrom(1, 2, 7, 100),
});

test('each delivery is in one pack, with others of its provider and credential, and none is too large', () => {
  fc.assert(
    fc.property(anySlice, ({ recipients, ...over }) => {
      const one = slice(recipients, over);
      const packs = packsOf(one);
      const ordinals = packs.flatMap(({ deliveries }) => deliveries.map(({ ordinal }) => ordinal));
      expect(ordinals.sort((a, b) => a - b)).toEqual(deliveriesOf(one).map(({ ordinal }) => ordinal));
      for (const { provider, deliveries } of packs) {
        expect(deliveries.length).toBeLessThanOrEqual(over.packSize);
        expect(new Set(deliveries.map((it) => `${it.provider} ${it.providerId}`)).size).toBe(1);
        expect(provider).toBe(deliveries[0].provider);
      }
    }),
  );
});

test('a job finds the deliveries of its pack by its first ordinal and their number', () => {
  fc.assert(
    fc.property(anySlice, ({ recipients, ...over }) => {
      const one = slice(recipients, over);
      for (const { deliveries } of packsOf(one)) {
        const job = { ordinal: deliveries[0].ordinal, count: deliveries.length };
        expect(deliveriesIn(deliveriesOf(one), job)).toEqual(deliveries);
      }
      expect(deliveriesIn(deliveriesOf(one), { ordinal: over.first + 1000, count: 1 })).toEqual([]);
    }),
  );
});

test('a pending delivery needs the job of its pack, a retrying one a job of its own', () => {
  fc.assert(
    fc.property(anySlice, fc.infiniteStream(fc.constantFrom(...DELIVERY_STATES)), ({ recipients, ...over }, stream) => {
      const one = slice(recipients, over);
      const all = deliveriesOf(one);
      const states = all.map(() => stream.next().value);
      const stateOf = (ordinal: number) => states[ordinal - over.first] as (typeof states)[number];
      const jobs = openJobs(one, states);
      const open = jobs.flatMap((job) => job.open.map(({ ordinal }) => ordinal));
      expect(open.sort((a, b) => a - b)).toEqual(
        all.map((it) => it.ordinal).filter((ordinal) => needsJob(stateOf(ordinal))),
      );
      for (const { ordinal, count, open } of jobs) {
        if (stateOf(ordinal) === 'retrying' && open[0]?.ordinal === ordinal)
          expect([count, open.length]).toEqual([1, 1]);
        else expect(open.map((it) => stateOf(it.ordinal))).toEqual(open.map(() => 'pending'));
        const inPack = deliveriesIn(all, { ordinal, count }).map((it) => it.ordinal);
        expect(inPack).toEqual(expect.arrayContaining(open.map((it) => it.ordinal)));
      }
    }),
  );
});
