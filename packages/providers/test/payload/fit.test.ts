import type { NotificationDetails } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderApns } from '../../src/apns/payload.ts';
import { renderFcm } from '../../src/fcm/message.ts';
import { type Fitting, fit } from '../../src/payload/fit.ts';
import { aDevicePush, anApnsCredential, anFcmCredential, CALL, NOW, SHOWN } from '../support/device-push.ts';

const DETAILS = aDevicePush('fcm_android').details;
/** Measures the JSON, so that escapes count. */
const json = (limit: number): Fitting<NotificationDetails> => ({
  build: (details) => details,
  size: bytes,
  limit,
  keys: Object.keys(FULL) as (keyof NotificationDetails)[],
});
/** Every member that may be dropped. */
const FULL: NotificationDetails = {
  ...DETAILS,
  message: { text: 'm'.repeat(300) },
  receiverAvatar: `https://a.example/${'r'.repeat(300)}`,
  senderAvatar: `https://a.example/${'s'.repeat(300)}`,
  custom: { c: 'c'.repeat(300) },
  body: 'b'.repeat(300),
};
const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const graphemes = (text: string): string[] =>
  [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);

/** Whether the body is complete, or whole graphemes of it with "…". */
const isBeginning = (body: string, of: string): boolean => {
  if (body === of) return true;
  const kept = graphemes(of)
    .slice(0, graphemes(body.slice(0, -1)).length)
    .join('');
  return body === `${kept}…`;
};

describe('an oversized notification loses', () => {
  const full = FULL;
  const { message: _m, ...withoutMessage } = full;
  const { receiverAvatar: _r, ...withoutReceiver } = withoutMessage;
  const { senderAvatar: _s, ...withoutPictures } = withoutReceiver;
  const second = { ...withoutMessage, truncated: 'message' };
  const third = { ...withoutReceiver, truncated: 'message,receiverAvatar' };
  const fourth = { ...withoutPictures, truncated: 'message,receiverAvatar,senderAvatar' };
  const shortened = (body: string) => ({ ...fourth, body, truncated: `${fourth.truncated},body` });

  test('nothing while it fits', () => {
    expect(fit(full, json(bytes(full)))).toBe(full);
  });

  test('first the message, then the pictures', () => {
    expect(fit(full, json(bytes(full) - 1))).toEqual(second);
    expect(fit(full, json(bytes(second) - 1))).toEqual(third);
    expect(fit(full, json(bytes(third) - 1))).toEqual(fourth);
  });

  test('then the end of the body', () => {
    expect(fit(full, json(bytes(fourth) - 1))).toEqual(shortened(`${'b'.repeat(291)}…`));
    expect(fit(full, json(bytes(shortened('…'))))).toEqual(shortened('…'));
  });

  test('and the custom data only when no body would fit beside it', () => {
    const { custom: _c, ...fifth } = fourth;
    const truncated = `${fourth.truncated},custom`;
    expect(fit(full, json(bytes(shortened('…')) - 1))).toEqual({ ...fifth, truncated });
  });

  test('no part that the payload has not', () => {
    const keys = ['body', 'senderAvatar', 'custom'] as const;
    const lost = fit(full, { ...json(bytes(full) - 1), keys });
    const { senderAvatar: _, ...rest } = full;
    expect(lost).toEqual({ ...rest, truncated: 'senderAvatar' });
  });

  test('what it had lost before as well, once', () => {
    expect(fit({ ...full, truncated: 'title,body' }, json(bytes(full)))?.truncated).toBe('title,body,message');
    expect(fit({ ...DETAILS, body: 'b'.repeat(300), truncated: 'body' }, json(bytes(DETAILS)))?.truncated).toBe('body');
  });

  test('and is given up when nothing helps', () => {
    expect(fit({ ...full, title: 't'.repeat(1000) }, json(1000))).toBeUndefined();
  });
});

describe('where the app trims the text of the message object, an oversized notification loses', () => {
  const text = '👋'.repeat(100);
  const full: NotificationDetails = {
    ...DETAILS,
    message: { id: '101', data: { text, metadata: { mood: 'good' } }, sentAt: 1 },
    custom: { c: 'c'.repeat(50) },
  };
  const withText = (cut: string): NotificationDetails => ({
    ...full,
    message: { id: '101', data: { text: cut, metadata: { mood: 'good' } }, sentAt: 1 },
    truncated: 'message.data.text',
  });
  const { message: _m, ...rest } = full;
  const bare = { ...rest, truncated: 'message' };
  const trimming = (limit: number) => ({ ...json(limit), trimText: true });

  test('first the end of that text, in whole graphemes', () => {
    expect(fit(full, trimming(bytes(full)))).toBe(full);
    expect(fit(full, trimming(bytes(full) - 1))).toEqual(withText(`${'👋'.repeat(91)}…`));
    expect(fit(full, trimming(bytes(withText('…'))))).toEqual(withText('…'));
  });

  test('then the entire object', () => {
    expect(fit(full, trimming(bytes(withText('…')) - 1))).toEqual(bare);
    expect(fit(full, json(bytes(full) - 1))).toEqual(bare);
  });

  test.each([{ id: '101' }, { data: null }, { data: 'x'.repeat(100) }, { data: { text: ['x'.repeat(100)] } }])(
    'the entire object at once when it has no text: %j',
    (message) => {
      const odd = { ...rest, body: 'b'.repeat(200), message };
      expect(fit(odd, trimming(bytes({ ...bare, body: odd.body })))).toEqual({ ...bare, body: odd.body });
    },
  );
});

test('FCM and APNs trim the text of the message object when the push says so', () => {
  const message = { id: '101', data: { text: 'm'.repeat(8000) } };
  const fcmCredential = anFcmCredential('https://oauth2.googleapis.com/token');
  const textsWith = (trimText: boolean): unknown[] => {
    const fcm = renderFcm(aDevicePush('fcm_android', { details: { message }, trimText }), fcmCredential, NOW);
    const apns = renderApns(aDevicePush('apns_ios_device', { details: { message }, trimText }), anApnsCredential());
    const objects = [fcm?.data?.message, JSON.stringify(JSON.parse(String(apns?.body)).message)];
    return objects.map((object) => object && JSON.parse(object).data.text);
  };
  expect(textsWith(false)).toEqual([undefined, undefined]);
  expect(textsWith(true)).toEqual([expect.stringMatching(/^m{3000,}…$/), expect.stringMatching(/^m{3000,}…$/)]);
});

test('a body is cut between graphemes, and escapes count', () => {
  const family = '👩‍👩‍👧‍👦';
  const body = `"${family.repeat(50)}`;
  const limit = bytes({ ...DETAILS, body: `"${family.repeat(10)}…`, truncated: 'body' });
  expect(fit({ ...DETAILS, body }, json(limit))?.body).toBe(`"${family.repeat(10)}…`);
  expect(fit({ ...DETAILS, body }, json(limit + 24))?.body).toBe(`"${family.repeat(10)}…`);
});

const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });
const object = fc.option(fc.dictionary(text(20), fc.jsonValue(), { maxKeys: 20 }), { nil: undefined });
/** Any notification with the sizes that ingest accepts, and larger. */
const anyDetails = fc
  .record({
    title: text(300),
    body: fc.oneof(text(200), text(8000)),
    senderName: text(255),
    senderAvatar: fc.option(text(2048), { nil: undefined }),
    receiverAvatar: fc.option(text(2048), { nil: undefined }),
    tag: text(256),
    unreadMessageCount: fc.option(fc.nat(), { nil: undefined }),
    message: fc.oneof(object, fc.record({ data: fc.record({ text: text(8000) }) })),
    custom: object,
    call: fc.boolean(),
  })
  .map(({ call, ...changes }) => ({ ...DETAILS, ...(call ? CALL : {}), ...changes }) as NotificationDetails);

/** Whether `truncated` names what a payload lost of the details it has a place for, and nothing else. */
function saysWhatItLost(payload: Record<string, unknown>, details: Record<string, unknown>): boolean {
  const parts = ['message', 'receiverAvatar', 'senderAvatar', 'custom'] as const;
  const lost: string[] = parts.filter((part) => details[part] !== undefined && payload[part] === undefined);
  if (payload.body !== details.body) lost.push('body');
  const named = String(payload.truncated ?? '').split(',');
  const trimmed = named.includes('message.data.text') && payload.message !== undefined ? ['message.data.text'] : [];
  expect(named.filter((part) => part !== '').sort()).toEqual([...lost, ...trimmed].sort());
  return true;
}

describe('at the byte: a payload of exactly the limit is complete, one more byte costs the end of its body', () => {
  const credential = anFcmCredential('https://oauth2.googleapis.com/token');
  const fcm = (body: string) => {
    const data = renderFcm(aDevicePush('fcm_android', { details: { body } }), credential, NOW)?.data ?? {};
    return { data, size: Object.entries(data).reduce((sum, [key, value]) => sum + key.length + value.length, 0) };
  };
  const apns = (platform: 'apns_ios_device' | 'apns_ios_voip') => (body: string) => {
    const details = platform === 'apns_ios_voip' ? { ...CALL, body } : { body };
    const json = String(renderApns(aDevicePush(platform, { details }), anApnsCredential())?.body);
    return { data: JSON.parse(json), size: Buffer.byteLength(json) };
  };

  test.each([
    ['FCM', fcm, 4096, 1],
    // The body is in the alert and beside it.
    ['an alert of APNs', apns('apns_ios_device'), 4096, 2],
    ['VoIP', apns('apns_ios_voip'), 5120, 1],
  ] as const)('%s', (_, render, limit, copies) => {
    const empty = render('').size;
    const most = Math.floor((limit - empty) / copies);
    const whole = 'b'.repeat(most);
    expect(render(whole).data).toMatchObject({ body: whole });
    expect(render(whole).data.truncated).toBeUndefined();
    expect(limit - render(whole).size).toBeLessThan(copies);
    const { data, size } = render(`${whole}b`);
    expect(data).toMatchObject({ body: expect.stringMatching(/^b+…$/), truncated: 'body' });
    expect(size).toBeLessThanOrEqual(limit);
    expect(limit - size).toBeLessThan(copies + 2);
  });
});

test('any details become FCM data of strings within the limit, with whole graphemes', () => {
  const credential = anFcmCredential('https://oauth2.googleapis.com/token', { notificationInPayload: SHOWN });
  const platforms = fc.constantFrom('fcm_android' as const, 'fcm_ios' as const, 'fcm_web' as const);
  fc.assert(
    fc.property(anyDetails, platforms, fc.boolean(), (details, platform, trimText) => {
      const message = renderFcm({ ...aDevicePush(platform), details, trimText }, credential, NOW);
      if (message === undefined) return bytes(details) > 4096;
      const data = Object.entries(message.data ?? {});
      expect(data.every(([, value]) => typeof value === 'string')).toBe(true);
      const size = data.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
      expect(size).toBeLessThanOrEqual(4096);
      for (const json of [message.data?.message, message.data?.custom]) if (json) JSON.parse(json);
      return saysWhatItLost(message.data ?? {}, { ...details }) && isBeginning(message.data?.body ?? '', details.body);
    }),
    { numRuns: 200 },
  );
});

test('any details become an APNs payload within the limit, with whole graphemes', () => {
  const platforms = fc.constantFrom('apns_ios_device' as const, 'apns_ios_voip' as const);
  fc.assert(
    fc.property(anyDetails, platforms, fc.boolean(), (details, platform, trimText) => {
      const notification = renderApns({ ...aDevicePush(platform), details, trimText }, anApnsCredential());
      if (notification === undefined) return bytes(details) > 4096;
      expect(Buffer.byteLength(notification.body)).toBeLessThanOrEqual(platform === 'apns_ios_voip' ? 5120 : 4096);
      const payload = JSON.parse(String(notification.body));
      const { body, aps } = payload;
      expect(aps?.alert?.body ?? body).toBe(body);
      const { title, message, receiverAvatar, ...inDictionary } = details;
      const had = platform === 'apns_ios_voip' ? inDictionary : { title, message, receiverAvatar, ...inDictionary };
      return saysWhatItLost(payload, had) && isBeginning(body, details.body);
    }),
    { numRuns: 200 },
  );
});
