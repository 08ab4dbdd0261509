import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalToken } from '../../src/index.ts';
import { anyHexToken, anySpellingOf } from '../support/any-token.ts';

const LOWER = 'a1b2c3d4e5f60718';

describe('an APNs token', () => {
  test.each([
    ['in upper case', 'A1B2C3D4E5F60718'],
    ['as old iOS code prints it', '<a1b2c3d4 e5f60718>'],
    ['with a line break behind it', 'a1b2c3d4e5f60718\n'],
  ])('%s is the same token', (_how, spelling) => {
    expect(canonicalToken('apns_ios_device', spelling)).toBe(LOWER);
    expect(canonicalToken('apns_flutter_voip', spelling)).toBe(LOWER);
  });

  test('has one canonical form, however it was written', () => {
    fc.assert(
      fc.property(
        anyHexToken.chain((token) => fc.tuple(fc.constant(token), anySpellingOf(token))),
        ([token, spelling]) => {
          expect(canonicalToken('apns_ios_device', spelling)).toBe(token);
        },
      ),
    );
  });

  test('that is not hex stays unchanged', () => {
    expect(canonicalToken('apns_ios_device', 'tok_A')).toBe('tok_A');
  });
});

test('an FCM token keeps its case and every character', () => {
  fc.assert(fc.property(fc.string(), (token) => canonicalToken('fcm_ios', token) === token));
  expect(canonicalToken('fcm_android', 'A1B2')).toBe('A1B2');
});

test('canonicalization is idempotent', () => {
  fc.assert(
    fc.property(fc.string(), (token) => {
      const once = canonicalToken('apns_ios_device', token);
      expect(canonicalToken('apns_ios_device', once)).toBe(once);
    }),
  );
});
