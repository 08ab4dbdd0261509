import { type PlannedRecipient, PROVIDER_KINDS, SUPPRESSION_REASONS, type Target } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deliveriesOf, type PlannedSlice } from '../../src/index.ts';
import { decodeSlice, encodeSlice } from '../../src/plan/planned-slice.ts';
import { left, reached, slice } from '../support/events.ts';

const uid = fc.stringMatching(/^[A-Za-z0-9_-]{1,100}$/);
const deviceId = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/);
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.constant<Target>({ provider: 'custom' }),
  fc.record({ provider: fc.constantFrom(...PROVIDER_KINDS), deviceId }),
);
const detail = fc.stringMatching(/^[^\t\n,]{0,30}$/);
const recipient: fc.Arbitrary<PlannedRecipient> = fc.oneof(
  fc.record(
    { kind: fc.constant('suppress' as const), uid, reason: fc.constantFrom(...SUPPRESSION_REASONS), detail },
    { requiredKeys: ['kind', 'uid', 'reason'] },
  ),
  fc.record(
    {
      kind: fc.constant('send' as const),
      uid,
      targets: fc.array(target, { minLength: 1, maxLength: 6 }).map((all) => all as [Target, ...Target[]]),
      unread: fc.nat(),
    },
    { requiredKeys: ['kind', 'uid', 'targets'] },
  ),
);
const anySlice: fc.Arbitrary<PlannedSlice> = fc.record({
  first: fc.nat(),
  cursor: fc.oneof(fc.constant(''), uid),
  last: fc.boolean(),
  recipients: fc.array(recipient, { maxLength: 30 }),
});

test('a slice is read as it was written', () => {
  fc.assert(fc.property(anySlice, (written) => expect(decodeSlice(encodeSlice(written))).toEqual(written)));
});

test('deliveries have ordinals without a gap, in the order of recipients and targets, and the unread count', () => {
  fc.assert(
    fc.property(anySlice, (one) => {
      const deliveries = deliveriesOf(one);
      expect(deliveries.map((delivery) => delivery.ordinal)).toEqual(deliveries.map((_, i) => one.first + i));
      const targets = one.recipients.flatMap((it) =>
        'targets' in it
          ? it.targets.map((to) => ({ uid: it.uid, ...to, ...('unread' in it ? { unread: it.unread } : {}) }))
          : [],
      );
      expect(deliveries.map(({ ordinal: _, ...rest }) => rest)).toEqual(targets);
    }),
  );
});

describe('the stored text', () => {
  test('never changes: slices outlive a deploy', () => {
    const phones = {
      kind: 'send',
      uid: 'carl',
      targets: [
        { provider: 'fcm', deviceId: 'd1' },
        { provider: 'apns', deviceId: 'd2' },
      ],
    } as const;
    const text = '7\tdora\t0\nann\tc\nbob\t!DND_PREFERENCE\ncarl\tfd1,ad2';
    const one = slice([reached('ann'), left('bob', 'DND_PREFERENCE'), phones], {
      first: 7,
      cursor: 'dora',
      last: false,
    });
    expect(encodeSlice(one)).toBe(text);
    expect(decodeSlice(text)).toEqual(one);
  });

  test("has the unread count after the targets, and a reason's detail after a colon", () => {
    const text = '0\t\t1\nann\tc\t0\nbob\tc\t12\ncarl\t!SCHEDULE_PREFERENCE:09:00';
    const one = slice(
      [
        { kind: 'send', uid: 'ann', targets: [{ provider: 'custom' }], unread: 0 },
        { kind: 'send', uid: 'bob', targets: [{ provider: 'custom' }], unread: 12 },
        { kind: 'suppress', uid: 'carl', reason: 'SCHEDULE_PREFERENCE', detail: '09:00' },
      ],
      { cursor: '' },
    );
    expect(encodeSlice(one)).toBe(text);
    expect(decodeSlice(text)).toEqual(one);
  });

  test('of an empty slice is a head line only', () => {
    expect(encodeSlice(slice([]))).toBe('0\t\t1');
  });
});
