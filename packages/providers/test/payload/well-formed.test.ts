import type { NotificationDetails } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderApns } from '../../src/apns/payload.ts';
import { webhookBody } from '../../src/custom/message.ts';
import { renderFcm, wireMessage } from '../../src/fcm/message.ts';
import { toJson, wellFormed } from '../../src/wire/json.ts';
import { apnsAt, startApns } from '../support/apns.ts';
import { aDevicePush, anApnsCredential, anFcmCredential, CALL, NOW, SHOWN } from '../support/device-push.ts';
import { fcmAt, startFcm } from '../support/fcm.ts';

const HALF = '\ud83c';
const LONE = /\p{Surrogate}/u;

/** Any text, lone surrogates, and text that only looks like an escape. */
const anyText = fc
  .array(
    fc.oneof(fc.constantFrom(HALF, '\udf89', '🎉', '\\', '\\ud83c', '"'), fc.string({ unit: 'binary', maxLength: 4 })),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
const anyObject = fc.object({ key: anyText, values: [anyText, fc.boolean(), fc.integer()], maxDepth: 3 });
const anyDetails = fc.record({
  title: anyText,
  body: anyText,
  senderName: anyText,
  senderAvatar: anyText,
  receiverName: anyText,
  tag: anyText,
  sessionId: anyText,
  message: anyObject,
  custom: anyObject,
}) as fc.Arbitrary<Partial<NotificationDetails>>;

/** Every text in a value, names of members included. */
const texts = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.entries(value).flat().flatMap(texts) : [];
};

/** The value as a strict parser reads it; throws where it would refuse. */
function strictly(json: string): unknown {
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(json)));
  const lone = texts(value).find((text) => LONE.test(text));
  if (lone !== undefined) throw new Error(`half a pair: ${JSON.stringify(lone)}`);
  return value;
}

describe('for any texts, the JSON on the wire is well-formed Unicode', () => {
  test('of APNs', () => {
    fc.assert(
      fc.property(
        anyDetails,
        anyText,
        fc.constantFrom('apns_ios_device', 'apns_ios_voip'),
        (details, sound, platform) => {
          const call = platform === 'apns_ios_voip' ? CALL : {};
          const push = aDevicePush(platform, {
            details: { ...details, ...call },
            sound,
            collapseKey: `message-${sound}`,
          });
          const notification = renderApns(push, anApnsCredential());
          if (notification) strictly(String(notification.body));
          expect(notification?.collapseId ?? '').toMatch(/^[\x21-\x7e]*$/);
        },
      ),
    );
  });

  test('of FCM, and the JSON in its data', () => {
    const credential = anFcmCredential('', { notificationInPayload: SHOWN });
    fc.assert(
      fc.property(
        anyDetails,
        anyText,
        fc.constantFrom('fcm_android', 'fcm_ios', 'fcm_web'),
        (details, sound, platform) => {
          const push = aDevicePush(platform, { details, sound, collapseKey: `message-${sound}` });
          const message = renderFcm(push, credential, NOW);
          if (!message) return;
          const { data } = (strictly(wireMessage(message)) as { message: { data: Record<string, string> } }).message;
          for (const json of [data.message, data.custom]) if (json) strictly(json);
        },
      ),
    );
  });

  test('of webhooks', () => {
    fc.assert(
      fc.property(anyDetails, (details) => {
        const push = aDevicePush('fcm_android', { details });
        strictly(webhookBody(push).toString());
      }),
    );
  });
});

test('only lone surrogates are replaced: pairs, and text that only looks like an escape, stay', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(JSON.parse(toJson({ [text]: text }))).toEqual({ [wellFormed(text)]: wellFormed(text) });
    }),
  );
});

describe('half an emoji reaches the service as U+FFFD', () => {
  const details = { body: `party ${HALF}`, custom: { [`k${HALF}`]: [HALF] } };
  const custom = { 'k\ufffd': ['\ufffd'] };

  test.each(['http2', 'firebase-admin'] as const)('FCM by %s', async (transport) => {
    await using server = await startFcm();
    await using fcm = fcmAt(server, { transport });
    const push = aDevicePush('fcm_android', { details });
    expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toMatchObject({ kind: 'accepted' });
    const { data } = (strictly(server.sends[0]?.body ?? '') as { message: { data: Record<string, string> } }).message;
    expect([data.body, JSON.parse(data.custom ?? '')]).toEqual(['party \ufffd', custom]);
  });

  test.each(['http2', 'apn'] as const)('APNs by %s', async (transport) => {
    await using server = await startApns();
    await using apns = apnsAt(server, { transport });
    const push = aDevicePush('apns_ios_device', { details });
    expect(await apns.send(push, anApnsCredential())).toMatchObject({ kind: 'accepted' });
    expect(strictly(server.received[0]?.body ?? '')).toMatchObject({
      aps: { alert: { body: 'party \ufffd' } },
      body: 'party \ufffd',
      custom,
    });
  });

  test('a token with a lone surrogate is a bad token, not an error of ours', async () => {
    await using server = await startApns();
    await using apns = apnsAt(server);
    const push = aDevicePush('apns_ios_device', { device: { token: `tok_${HALF}` } });
    await apns.send(push, anApnsCredential());
    expect(server.received[0]?.path).toBe('/3/device/tok_%EF%BF%BD');
  });
});
