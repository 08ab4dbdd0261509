import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Breaker } from '../../src/held/breaker.ts';

test('twenty failures in a row open the gate, however many sends went well before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5000 }), fc.nat({ max: 9000 }), (well, later) => {
      const breaker = new Breaker();
      for (let i = 0; i < well; i++) expect(breaker.opensAfter('fine', 1)).toBe(false);
      const failed = Array.from({ length: 20 }, () => breaker.opensAfter('failed', 1 + later));
      expect(failed).toContain(true);
    }),
    { numRuns: 30 },
  );
});

test('failures that are few and between others do not', () => {
  const breaker = new Breaker();
  for (let i = 0; i < 1000; i++) expect(breaker.opensAfter(i % 3 === 0 ? 'failed' : 'fine', i)).toBe(false);
});
