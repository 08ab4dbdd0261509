import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createSecretBox } from '../src/index.ts';

const newKey = (): string => randomBytes(32).toString('base64');
const KEY = newKey();
const box = createSecretBox(KEY);
const CONTEXT = 'demo|custom|custom';

describe('a sealed text', () => {
  test.each(['', 'p', 'whsec_c2VjcmV0', 'pass.word', 'Straße 👋 ключ', '\u0000\n"\\', 'x'.repeat(100_000)])(
    'decrypts in its context: %#',
    (plain) => {
      expect(box.open(box.seal(plain, CONTEXT), CONTEXT)).toBe(plain);
    },
  );

  test('reveals nothing of its content, and differs each time', () => {
    const [first, second] = [box.seal('basic password', CONTEXT), box.seal('basic password', CONTEXT)];
    expect(first).not.toBe(second);
    for (const text of [first, Buffer.from(first.split('.')[1] as string, 'base64url').toString('latin1')]) {
      expect(text).not.toContain('password');
    }
  });

  test.each(['', 'demo', 'other|custom|custom', 'demo|fcm|custom', 'demo|custom|custom '])(
    'does not decrypt in another context: "%s"',
    (context) => {
      const sealed = box.seal('secret', CONTEXT);
      expect(() => box.open(sealed, context)).toThrow();
    },
  );

  test('does not decrypt with another master key, and names the one it needs', () => {
    const sealed = box.seal('secret', CONTEXT);
    const [id] = sealed.split('.');
    expect(() => createSecretBox(newKey()).open(sealed, CONTEXT)).toThrow(`sealed with master key ${id}`);
  });

  test('does not decrypt when its key id is replaced by that of another known key', () => {
    const other = newKey();
    const both = createSecretBox(KEY, [other]);
    const [id = ''] = createSecretBox(other).seal('x', CONTEXT).split('.');
    const sealed = both.seal('secret', CONTEXT).replace(/^[^.]+/, id);
    expect(() => both.open(sealed, CONTEXT)).toThrow();
  });

  test('does not decrypt when any character was changed', () => {
    const sealed = box.seal('secret', CONTEXT);
    for (const [i, old] of [...sealed].entries()) {
      for (const changed of ['A', 'B', '_', '.', '!'].filter((character) => character !== old)) {
        const spoilt = `${sealed.slice(0, i)}${changed}${sealed.slice(i + 1)}`;
        expect(() => box.open(spoilt, CONTEXT)).toThrow();
      }
    }
  });

  test('does not decrypt when it was cut or lengthened', () => {
    const sealed = box.seal('secret', CONTEXT);
    for (let length = 0; length < sealed.length; length++) {
      expect(() => box.open(sealed.slice(0, length), CONTEXT)).toThrow();
    }
    for (const more of ['A', 'AAAA', '.', '.A', '=', ' ']) {
      expect(() => box.open(sealed + more, CONTEXT)).toThrow();
    }
  });
});

describe('master keys', () => {
  test('rotate: the new one encrypts, the old ones still decrypt', () => {
    const [oldest, old, current] = [newKey(), KEY, newKey()];
    const rotated = createSecretBox(current, [old, oldest]);
    expect(rotated.open(box.seal('sealed before', CONTEXT), CONTEXT)).toBe('sealed before');
    expect(rotated.open(createSecretBox(oldest).seal('long before', CONTEXT), CONTEXT)).toBe('long before');
    expect(createSecretBox(current).open(rotated.seal('sealed after', CONTEXT), CONTEXT)).toBe('sealed after');
    expect(() => box.open(rotated.seal('sealed after', CONTEXT), CONTEXT)).toThrow('is not configured');
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
