import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  AppId,
  deliveryId,
  eventKeyTime,
  newAppId,
  newEventKey,
  parseDeliveryId,
  publicAppId,
} from '../../src/index.ts';

const anyTime = fc.integer({ min: 0, max: 8.64e15 });
const anyLuck = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anyKey = fc.tuple(anyTime, anyLuck).map(([now, luck]) => newEventKey(now, () => luck));
const anyOrdinal = fc.integer({ min: 0, max: 9_999_999_999 });

/** What BullMQ 6 refuses as a job id: integers, and any ":" (`Job.validateOptions`, `Queue.addJob`). */
const refusedByBullmq = (id: string): boolean => `${Number.parseInt(id, 10)}` === id || id.includes(':');

describe('the internal id of an app', () => {
  const anyPublicId = fc.stringMatching(/^[A-Za-z0-9_-]{1,100}$/);

  test('leads back to the public id, and never equals one', () => {
    fc.assert(
      fc.property(anyPublicId, anyLuck, (publicId, luck) => {
        const appId = newAppId(publicId, () => luck);
        expect([publicAppId(appId), publicAppId(publicId)]).toEqual([publicId, publicId]);
        expect(AppId.safeParse(appId).success).toBe(false);
        // Characters with a meaning in keys, scan patterns and lists.
        expect(appId).not.toMatch(/[:|{}*?[\]\\]/);
      }),
    );
  });
});

describe('an event key', () => {
  test('contains its time', () => {
    fc.assert(fc.property(anyTime, anyLuck, (now, luck) => eventKeyTime(newEventKey(now, () => luck)) === now));
  });

  test('consists of time and randomness', () => {
    expect(newEventKey(1_741_847_453_000, () => 0)).toBe('em86z00g8000000000');
    expect(newEventKey(1_741_847_453_000, () => 1 - Number.EPSILON / 2)).toBe('em86z00g8zzzzzzzzz');
  });

  test('is never refused by BullMQ, nor are its delivery ids', () => {
    expect(['7', '0', '-1', 'a:b', '0:1'].every(refusedByBullmq)).toBe(true);
    fc.assert(
      fc.property(anyKey, anyOrdinal, (key, ordinal) => {
        expect([key, deliveryId(key, ordinal)].filter(refusedByBullmq)).toEqual([]);
      }),
    );
  });
});

describe('a delivery id', () => {
  test('contains its event and its ordinal', () => {
    fc.assert(
      fc.property(anyKey, anyOrdinal, (eventKey, ordinal) => {
        expect(parseDeliveryId(deliveryId(eventKey, ordinal))).toEqual({ eventKey, ordinal });
      }),
    );
  });

  test('has no ".", which would make its Standard Webhooks signature ambiguous', () => {
    fc.assert(fc.property(anyKey, anyOrdinal, (key, ordinal) => !deliveryId(key, ordinal).includes('.')));
  });

  test('is the only text that parses as its delivery', () => {
    const looksLikeOne = fc.stringMatching(/^e[0-9a-z]{7,20}-\d{1,11}$/);
    fc.assert(
      fc.property(fc.oneof(looksLikeOne, fc.string()), (text) => {
        const parts = parseDeliveryId(text);
        if (parts) expect(deliveryId(parts.eventKey, parts.ordinal)).toBe(text);
      }),
    );
  });

  test.each([
    '',
    'em86z00g8000000',
    'em86z00g8000000-',
    'em86z00g8000000--1',
    'em86z00g8000000-01',
    'em86z00g8000000-1e3',
    'em86z00g8000000-1-2',
    'em86z00g8000000.1',
    'm86z00g8000000-1',
    'em86z00g8000000-1\n',
    ' em86z00g8000000-1',
    'em86z00g8000000-12345678901',
  ])('is not %j', (text) => {
    expect(parseDeliveryId(text)).toBeUndefined();
  });
});
