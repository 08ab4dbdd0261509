import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createSecretBox } from '../src/index.ts';

const newKey = (): string => randomBytes(32).toString('base64');
const KEY = newKey();
const box = createSecretBox(KEY);
const PLACE = 'demo|custom|custom';

describe('a sealed text', () => {
  test.each(['', 'p', 'whsec_c2VjcmV0', 'pass.word', 'Straße 👋 ключ', '\u0000\n"\\', 'x'.repeat(100_000)])(
    'opens in its place again: %#',
    (plain) => {
      expect(box.open(box.seal(plain, PLACE), PLACE)).toBe(plain);
    },
  );

  test('shows nothing of its content, and is another one each time', () => {
    const [first, second] = [box.seal('basic password', PLACE), box.seal('basic password', PLACE)];
    expect(first).not.toBe(second);
    for (const text of [first, Buffer.from(first.split('.')[1] as string, 'base64url').toString('latin1')]) {
      expect(text).not.toContain('password');
    }
  });

  test.each(['', 'demo', 'other|custom|custom', 'demo|fcm|custom', 'demo|custom|custom '])(
    'does not open in another place: "%s"',
    (place) => {
      const sealed = box.seal('secret', PLACE);
      expect(() => box.open(sealed, place)).toThrow();
    },
  );

  test('does not open with another master key, and says which one it wants', () => {
    const sealed = box.seal('secret', PLACE);
    const [id] = sealed.split('.');
    expect(() => createSecretBox(newKey()).open(sealed, PLACE)).toThrow(`sealed with master key ${id}`);
  });

  test('does not open when its key id is swapped for that of another known key', () => {
    const other = newKey();
    const both = createSecretBox(KEY, [other]);
    const [id = ''] = createSecretBox(other).seal('x', PLACE).split('.');
    const sealed = both.seal('secret', PLACE).replace(/^[^.]+/, id);
    expect(() => both.open(sealed, PLACE)).toThrow();
  });

  test('does not open when any character of it was changed', () => {
    const sealed = box.seal('secret', PLACE);
    for (const [i, old] of [...sealed].entries()) {
      for (const changed of ['A', 'B', '_', '.', '!'].filter((character) => character !== old)) {
        const spoilt = `${sealed.slice(0, i)}${changed}${sealed.slice(i + 1)}`;
        expect(() => box.open(spoilt, PLACE)).toThrow();
      }
    }
  });

  test('does not open when it was cut or lengthened', () => {
    const sealed = box.seal('secret', PLACE);
    for (let length = 0; length < sealed.length; length++) {
      expect(() => box.open(sealed.slice(0, length), PLACE)).toThrow();
    }
    for (const more of ['A', 'AAAA', '.', '.A', '=', ' ']) {
      expect(() => box.open(sealed + more, PLACE)).toThrow();
    }
  });
});

describe('master keys', () => {
  test('rotate: the new one seals, the old ones still open', () => {
    const [oldest, old, current] = [newKey(), KEY, newKey()];
    const rotated = createSecretBox(current, [old, oldest]);
    expect(rotated.open(box.seal('sealed before', PLACE), PLACE)).toBe('sealed before');
    expect(rotated.open(createSecretBox(oldest).seal('long before', PLACE), PLACE)).toBe('long before');
    expect(createSecretBox(current).open(rotated.seal('sealed after', PLACE), PLACE)).toBe('sealed after');
    expect(() => box.open(rotated.seal('sealed after', PLACE), PLACE)).toThrow('is not configured');
  });

  test.each([
    ['nothing', ''],
    ['31 bytes', randomBytes(31).toString('base64')],
    ['33 bytes', randomBytes(33).toString('base64')],
    ['a password', 'correct horse battery staple'],
  ])('of %s are refused, with the command that makes a good one', (_, key) => {
    expect(() => createSecretBox(key)).toThrow('openssl rand -base64 32');
    expect(() => createSecretBox(KEY, [key])).toThrow('openssl rand -base64 32');
  });

  test('that are refused are not repeated', () => {
    const key = randomBytes(16).toString('base64');
    expect(() => createSecretBox(key)).toThrow(expect.not.objectContaining({ message: expect.stringContaining(key) }));
  });
});
