import { PLATFORMS, type Platform } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeDevice, encodeDevice, letterOf, platformOf } from '../src/device-record.ts';
import type { Device } from '../src/index.ts';
import { packToken, unpackToken } from '../src/token-bytes.ts';

const printable = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((c) => String.fromCharCode(c)) });
const base64url = fc.stringMatching(/^[A-Za-z0-9_-]{1,200}$/);
const anyToken = fc.oneof(
  printable.filter((token) => token !== ''),
  base64url,
  fc.tuple(base64url, base64url).map((parts) => parts.join(':')),
  fc.stringMatching(/^[0-9a-f]{1,160}$/),
);
const millis = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const anyDevice: fc.Arbitrary<Device> = fc.record({
  id: fc.stringMatching(/^[A-Za-z0-9_-]{10}$/),
  token: anyToken,
  platform: fc.constantFrom(...(Object.keys(PLATFORMS) as Platform[])),
  providerId: fc.oneof(fc.constant('default'), fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/)),
  session: fc.oneof(fc.stringMatching(/^[0-9a-f]{64}$/), fc.stringMatching(/^app:[A-Za-z0-9_.-]{1,100}$/)),
  registeredAt: millis,
  createdAt: millis,
});

/** As long as FCM's are. */
const FCM_TOKEN = `cF0x_Ab-9Qm3kLpZ7tYwE1:APA91b${'Hq7_-'.repeat(24)}Xz`;
const SESSION = 'a1b2c3d4'.repeat(8);

describe('the record of a device', () => {
  test('has all of the device', () => {
    fc.assert(
      fc.property(anyDevice, (device) => {
        expect(decodeDevice(device.id, encodeDevice(device))).toEqual(device);
      }),
    );
  });

  test('of an FCM token of 151 characters takes 165 bytes', () => {
    expect(FCM_TOKEN).toHaveLength(151);
    const facts = { platform: 'fcm_android', providerId: 'default', session: SESSION } as const;
    const device = { id: 'id', token: FCM_TOKEN, ...facts, registeredAt: 1_741_847_453_000, createdAt: 1 };
    expect(encodeDevice(device)).toHaveLength(165);
  });

  test('from before records were bytes is read', () => {
    const json =
      '{"token":"token-1","platform":"apns_ios_voip","providerId":"apns-1","session":"app:apns-1",' +
      '"registeredAt":1741847453000,"createdAt":1741847452000}';
    expect(decodeDevice('o6efYGz_Yc', Buffer.from(json))).toEqual({
      id: 'o6efYGz_Yc',
      token: 'token-1',
      platform: 'apns_ios_voip',
      providerId: 'apns-1',
      session: 'app:apns-1',
      registeredAt: 1_741_847_453_000,
      createdAt: 1_741_847_452_000,
    });
  });

  test('has a letter for each platform', () => {
    for (const platform of Object.keys(PLATFORMS) as Platform[]) expect(platformOf(letterOf(platform))).toBe(platform);
  });
});

describe('a packed token', () => {
  test('is the token again, and the only one', () => {
    fc.assert(
      fc.property(anyToken, anyToken, (one, other) => {
        expect(unpackToken(packToken(one))).toBe(one);
        expect(packToken(one).equals(packToken(other))).toBe(one === other);
      }),
    );
  });

  test.each([
    ['hex', 'a1b2'.repeat(16), 33],
    ['base64url with a colon', FCM_TOKEN, 116],
    ['anything else', '!', 2],
  ])('of %s has few bytes', (_form, token, bytes) => {
    expect(packToken(token)).toHaveLength(bytes);
  });
});
