import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { fieldProblems, listOf } from '../../src/index.ts';

const Item = z.strictObject({ uid: z.string().min(1) });

/** An element that counts how often it is looked at. */
function counting() {
  let checked = 0;
  const item = z.unknown().refine(() => {
    checked++;
    return false;
  }, 'is bad');
  return { item, checked: () => checked };
}

describe('a list', () => {
  test('takes what a zod array takes, and names the same problems up to the twentieth', () => {
    const element = fc.oneof(fc.record({ uid: fc.string() }), fc.jsonValue());
    const ours = z.object({ members: listOf(Item, { min: 1, max: 25 }) });
    const zods = z.object({ members: z.array(Item).min(1).max(25) });
    fc.assert(
      fc.property(fc.oneof(fc.array(element, { maxLength: 25 }), fc.jsonValue()), (members) => {
        const [one, other] = [ours.safeParse({ members }), zods.safeParse({ members })];
        expect(one.data).toEqual(other.data);
        // Of a string zod says besides that it is too short: it measures whatever has a length.
        const most = Array.isArray(members) ? 20 : 1;
        const problems = (result: typeof one) => (result.error ? fieldProblems(result.error).slice(0, most) : []);
        expect(problems(one)).toEqual(problems(other as typeof one));
      }),
    );
  });

  test('of a wrong length is refused before an element is looked at', () => {
    const { item, checked } = counting();
    const list = listOf(item, { min: 2, max: 3 });
    expect(list.safeParse([1]).error?.issues).toMatchObject([{ code: 'too_small' }]);
    expect(list.safeParse([1, 2, 3, 4]).error?.issues).toMatchObject([{ code: 'too_big' }]);
    expect(checked()).toBe(0);
  });

  test('of bad elements is given up after twenty', () => {
    const { item, checked } = counting();
    expect(listOf(item, { max: 10_000 }).safeParse(Array(10_000).fill(1)).error?.issues).toHaveLength(20);
    expect(checked()).toBe(20);
  });

  test('is documented like a zod array', () => {
    const schema = (type: z.ZodType) =>
      z.toJSONSchema(z.object({ members: type }), { io: 'input', unrepresentable: 'any' });
    const ours = schema(listOf(Item, { min: 1, max: 25 }));
    expect(ours).toEqual(schema(z.array(Item).min(1).max(25)));
  });
});
