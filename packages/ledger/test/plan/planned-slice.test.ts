import { deflateRawSync } from 'node:zlib';
import { type PlannedRecipient, PROVIDER_KINDS, SUPPRESSION_REASONS, type Target } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deliveriesOf, type PlannedSlice } from '../../src/index.ts';
import { decodeSlice, encodeSlice } from '../../src/plan/planned-slice.ts';
import { left, reached, slice, users } from '../support/events.ts';

const uid = fc.stringMatching(/^[A-Za-z0-9_-]{1,100}$/);
const deviceId = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/);
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.constant<Target>({ provider: 'custom' }),
  fc.record(
    { provider: fc.constantFrom(...PROVIDER_KINDS), deviceId, providerId: fc.constantFrom('default', 'a.b-c', 'x') },
    { requiredKeys: ['provider', 'deviceId'] },
  ),
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
  packSize: fc.integer({ min: 1, max: 10 }),
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

/** A user with a phone, by default without a named credential. */
const phones = (...ids: (string | undefined)[]) => ({
  kind: 'send' as const,
  uid: 'carl',
  targets: [
    { provider: 'fcm', deviceId: 'd1', ...(ids[0] ? { providerId: ids[0] } : {}) },
    { provider: 'apns', deviceId: 'd2', ...(ids[1] ? { providerId: ids[1] } : {}) },
  ] as [Target, Target],
});

describe('the stored text', () => {
  test('never changes: slices outlive a deploy', () => {
    const text = '7\tdora\t0\t2\t100\tdefault,ios\nann\tc\nbob\t!DND_PREFERENCE\ncarl\tfd1,ad2\t\t0,1';
    const recipients = [reached('ann'), left('bob', 'DND_PREFERENCE'), phones('default', 'ios')];
    const one = slice(recipients, { first: 7, cursor: 'dora', last: false, packSize: 100 });
    expect(encodeSlice(one)).toBe(text);
    expect(decodeSlice(text)).toEqual(one);
  });

  test('names no credentials where all are the first', () => {
    const text = '0\tcarl\t1\t2\t7\tdefault\ncarl\tfd1,ad2\t3';
    const one = slice([{ ...phones('default', 'default'), unread: 3 }], { packSize: 7 });
    expect(encodeSlice(one)).toBe(text);
    expect(decodeSlice(text)).toEqual(one);
  });

  test('of the first version is still read, as packs of one', () => {
    const recipients = [reached('ann'), left('bob', 'DND_PREFERENCE'), { ...phones(), unread: 0 }];
    expect(decodeSlice('7\tdora\t0\nann\tc\nbob\t!DND_PREFERENCE\ncarl\tfd1,ad2\t0')).toEqual(
      slice(recipients, { first: 7, cursor: 'dora', last: false, packSize: 1 }),
    );
  });

  test("has the unread count after the targets, and a reason's detail after a colon", () => {
    const text = '0\t\t1\t2\t1\t\nann\tc\t0\nbob\tc\t12\ncarl\t!SCHEDULE_PREFERENCE:09:00';
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
    expect(encodeSlice(slice([]))).toBe('0\t\t1\t2\t1\t');
  });

  test('of many recipients is deflated behind a head that names their first and last uid', () => {
    const recipients = users(200).reverse();
    const lines = recipients.map(({ uid }) => `${uid}\tc`).join('\n');
    const one = slice(recipients, { first: 3, packSize: 100 });
    const head = '3\tu0\t1\t3\t100\t\tu0\tu99\n';
    expect(encodeSlice(one).toString('latin1').slice(0, head.length)).toBe(head);
    expect(decodeSlice(Buffer.concat([Buffer.from(head), deflateRawSync(lines)]))).toEqual(one);
  });

  test('of many recipients as the version before wrote it is still read', () => {
    const recipients = users(200);
    const text = ['0\tu199\t1\t2\t100\t', ...recipients.map(({ uid }) => `${uid}\tc`)].join('\n');
    expect(decodeSlice(text)).toEqual(slice(recipients, { packSize: 100 }));
  });
});
