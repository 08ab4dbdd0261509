import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergePatch } from '../../src/index.ts';

/** The algorithm of RFC 7396, section 2, on parsed JSON, in which a member may be called "__proto__". */
function reference(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  let result: [string, unknown][] = isObject ? Object.entries(target) : [];
  for (const [name, value] of Object.entries(patch)) {
    const before = result.find(([key]) => key === name)?.[1];
    if (value === null) result = result.filter(([key]) => key !== name);
    else if (result.some(([key]) => key === name)) {
      result = result.map(([key, old]) => [key, key === name ? reference(before, value) : old]);
    } else result.push([name, reference(undefined, value)]);
  }
  return Object.fromEntries(result);
}

const names = fc.constantFrom('a', 'b', '__proto__', 'constructor');
const { object } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, 1, 'x', true),
    fc.array(fc.constantFrom(1, null), { maxLength: 2 }),
    tie('object'),
  ),
  // Serialized and parsed, as patches arrive: only then is "__proto__" a member like any other.
  object: fc.array(fc.tuple(names, tie('value')), { maxLength: 3 }).map((members) => Object.fromEntries(members)),
}));

describe('a merge patch', () => {
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('over %s of %s is %s (RFC 7396, appendix A)', (base, patch, merged) => {
    expect(JSON.stringify(mergePatch(JSON.parse(base), JSON.parse(patch)))).toBe(merged);
  });

  test('gives the result of RFC 7396, and changes neither argument', () => {
    fc.assert(
      fc.property(object, object, (base, patch) => {
        const before = JSON.stringify([base, patch]);
        expect(JSON.stringify(mergePatch(base, patch))).toBe(JSON.stringify(reference(base, patch)));
        expect(JSON.stringify([base, patch])).toBe(before);
      }),
      { numRuns: 1000 },
    );
  });

  test('is idempotent', () => {
    fc.assert(
      fc.property(object, object, (base, patch) => {
        const once = mergePatch(base, patch);
        expect(JSON.stringify(mergePatch(once, patch))).toBe(JSON.stringify(once));
      }),
    );
  });

  test('changes no prototype', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__":{"admin":true},"a":{"__proto__":{"admin":true}}}'));
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(Object.hasOwn(merged, '__proto__')).toBe(true);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('ignores undefined', () => {
    expect(mergePatch({ a: 1, b: { c: 2 } }, { a: undefined, b: { c: undefined } })).toEqual({ a: 1, b: { c: 2 } });
  });
});
