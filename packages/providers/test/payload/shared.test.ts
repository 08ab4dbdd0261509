import { customBody, type DevicePush, type NotificationDetails, type Platform } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderApns } from '../../src/apns/payload.ts';
import { webhookBody } from '../../src/custom/message.ts';
import { fcmBody } from '../../src/fcm/body.ts';
import { renderFcm, wireMessage } from '../../src/fcm/message.ts';
import { fill, template } from '../../src/payload/template.ts';
import { toJson } from '../../src/wire/json.ts';
import { aDevicePush, anApnsCredential, anFcmCredential, CALL, NOW, SHOWN } from '../support/device-push.ts';

const text = (maxLength: number) =>
  fc.array(fc.oneof(fc.constantFrom('\ud83c', '"', '\\', '👨‍👩‍👧'), fc.string({ unit: 'grapheme', maxLength: 9 })), {
    maxLength,
  });
const joined = (maxLength: number) => text(maxLength).map((parts) => parts.join(''));
const object = fc.option(fc.dictionary(joined(2), fc.jsonValue(), { maxKeys: 4 }), { nil: undefined });
/** Any notification, often of a size near the limits. */
const anyDetails = fc
  .record({
    title: joined(4),
    body: fc.oneof(
      joined(5),
      fc.integer({ min: 1500, max: 5200 }).map((length) => 'x'.repeat(length)),
    ),
    senderAvatar: fc.option(joined(3), { nil: undefined }),
    tag: joined(3),
    unreadMessageCount: fc.option(fc.nat(), { nil: undefined }),
    message: object,
    custom: object,
    call: fc.boolean(),
  })
  .map(({ call, ...changes }) => ({ ...aDevicePush('fcm_android').details, ...(call ? CALL : {}), ...changes }))
  .map((details) => JSON.parse(toJson(details)) as NotificationDetails);

/** Recipients of one notification: what differs between them. */
const anyRecipients = fc.array(
  fc.record({
    token: joined(3),
    uid: joined(2),
    unread: fc.oneof(fc.nat({ max: 12 }), fc.nat()),
    heldMs: fc.integer({ min: -5000, max: 40 * 86_400_000 }),
    sound: fc.constantFrom('ding.caf', 'default', undefined),
    trimText: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);
type Recipient = typeof anyRecipients extends fc.Arbitrary<(infer R)[]> ? R : never;

/** The push to a recipient, as the sender builds it for those who share the details. */
function pushTo(platform: Platform, shared: NotificationDetails, recipient: Recipient): DevicePush {
  const { token, uid, unread, heldMs, sound, trimText } = recipient;
  const details = shared.unreadMessageCount === undefined ? shared : { ...shared, unreadMessageCount: unread };
  const push = aDevicePush(platform, { device: { token }, sound, uid, trimText, holdUntil: NOW + heldMs });
  return { ...push, details, shared };
}

const everyone = (of: (recipient: Recipient, details: NotificationDetails) => void) =>
  fc.assert(
    fc.property(anyDetails, anyRecipients, (details, recipients) => {
      for (const recipient of recipients) of(recipient, details);
    }),
    { numRuns: 60 },
  );

describe('what recipients share is byte for byte what each would get alone', () => {
  test.each(['fcm_android', 'fcm_ios', 'fcm_web'] as const)('through FCM, to %s', (platform) => {
    for (const notificationInPayload of [SHOWN, undefined]) {
      const credential = anFcmCredential('', notificationInPayload && { notificationInPayload });
      everyone((recipient, details) => {
        const push = pushTo(platform, details, recipient);
        const alone = renderFcm(push, credential, NOW);
        const expected = alone && wireMessage(alone);
        expect(fcmBody(push, credential, NOW)?.toString()).toBe(expected);
        expect(fcmBody({ ...push, shared: undefined }, credential, NOW)?.toString()).toBe(expected);
      });
    }
  });

  test.each(['apns_ios_device', 'apns_ios_voip'] as const)('through APNs, to %s', (platform) => {
    for (const includeMutableContent of [true, false]) {
      const credential = anApnsCredential({ includeMutableContent });
      everyone((recipient, details) => {
        const push = pushTo(platform, details, recipient);
        const alone = renderApns({ ...push, shared: undefined }, credential);
        const together = renderApns(push, credential);
        expect(together && { ...together, body: String(together.body) }).toEqual(alone);
      });
    }
  });

  test('through the webhook', () => {
    everyone((recipient, details) => {
      const push = pushTo('fcm_android', details, recipient);
      expect(webhookBody(push).toString()).toBe(toJson(customBody(push)));
      expect(webhookBody({ ...push, shared: undefined }).toString()).toBe(toJson(customBody(push)));
    });
  });
});

test('a notification that is too large for some of its recipients only is shortened for those', () => {
  const credential = anFcmCredential('');
  const { details } = aDevicePush('fcm_android');
  const limit = [...Array(4096).keys()].findLast((length) => {
    const push = { ...aDevicePush('fcm_android'), details: { ...details, body: 'x'.repeat(length) } };
    return String(fcmBody(push, credential, NOW)).includes('x'.repeat(length));
  });
  const shared = { ...details, body: 'x'.repeat(limit ?? 0), unreadMessageCount: 7 };
  const bodyFor = (unreadMessageCount: number): string => {
    const push = { ...aDevicePush('fcm_android'), details: { ...shared, unreadMessageCount }, shared };
    return JSON.parse(String(fcmBody(push, credential, NOW))).message.data.body;
  };
  expect([bodyFor(9), bodyFor(10), bodyFor(8)].map((body) => body.endsWith('…'))).toEqual([false, true, false]);
});

test('a text that contains a mark makes more holes than expected', () => {
  const made = template('{"to":"M1","body":"M1 and M2"}', { one: '"M1"', two: 'M2' });
  expect(made.holes).toEqual(['one', 'two']);
  expect(fill(made, { one: '"a"', two: 'ü' }).toString()).toBe('{"to":"a","body":"M1 and ü"}');
});
