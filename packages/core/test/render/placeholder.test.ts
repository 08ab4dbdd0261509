import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { substitute } from '../../src/render/placeholder.ts';

const ROOT = {
  message: { text: 'hi', count: 0, sent: true, list: [{ name: 'first' }], none: null, empty: '', at: {} },
};
const filled = (template: string, root: object = ROOT) => substitute(template, root, 100)?.text;

describe('a placeholder', () => {
  test.each([
    ['{{message.text}}!', 'hi!'],
    ['{{ message.text }} and {{message.text}}', 'hi and hi'],
    ['{{message.count}} {{message.sent}}', '0 true'],
    ['{{message.list.0.name}}', 'first'],
  ])('of %s has its value: %s', (template, says) => {
    expect(filled(template)).toBe(says);
  });

  test.each(['none', 'empty', 'absent', 'at', 'list', 'list.length', 'list.1.name', 'text.length', 'text.0', 'none.a'])(
    'of message.%s has none',
    (path) => {
      expect(filled(`a {{message.${path}}}`)).toBeUndefined();
    },
  );

  test.each(['constructor', 'constructor.name', '__proto__', 'toString', 'at.hasOwnProperty', ''])(
    'never finds what an object inherits: "%s"',
    (path) => {
      expect(filled(`{{${path}}}`)).toBeUndefined();
      expect(filled(`{{message.${path}}}`)).toBeUndefined();
    },
  );

  test('finds own properties of such a name', () => {
    expect(filled('{{constructor.__proto__}}', JSON.parse('{"constructor":{"__proto__":"own"}}'))).toBe('own');
  });

  test.each(['{{', '}}', '{message.text}', '{{message.text', 'a }} b {{ c'])('is not %s', (template) => {
    expect(filled(template)).toBe(template);
  });
});

const MIXED = fc.array(fc.constantFrom('{', '}', '{{', '}}', 'a', '.', 'b', '👋', '$&', '{{a}}', '{{b}}'), {
  maxLength: 30,
});
const anyText = MIXED.map((parts) => parts.join(''));

test('a value is never expanded as a template', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      const expected = a === '' || b === '' ? undefined : `${a}|${b}|${a}`;
      expect(substitute('{{a}}|{{b}}|{{a}}', { a, b }, 10_000)?.text).toBe(expected);
    }),
  );
});

test('any template and values give a text within the limit, or none', () => {
  fc.assert(
    fc.property(
      fc.oneof(anyText, fc.string()),
      fc.jsonValue(),
      fc.integer({ min: 1, max: 50 }),
      (template, value, limit) => {
        const text = substitute(template, { a: value, b: value }, limit)?.text;
        expect(text === undefined || text.length <= limit).toBe(true);
      },
    ),
  );
});
