import { expect, test } from '@jest/globals';
import { Recent } from '../../src/wire/recent.ts';

test('the least recently used value is evicted', () => {
  const evicted: string[] = [];
  const recent = new Recent<string>(2, (value) => evicted.push(value));
  for (const key of ['a', 'b', 'a', 'c', 'b']) recent.get(key, () => key.toUpperCase());
  expect(evicted).toEqual(['B', 'A']);
  expect([...recent.values()]).toEqual(['B', 'C']);
});
