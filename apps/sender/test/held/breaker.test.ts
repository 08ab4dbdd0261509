import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Breaker, MIN_FAILURES, type SendHealth } from '../../src/held/breaker.ts';

const judge = (breaker: Breaker, health: SendHealth, now: number, begunAt = now) =>
  breaker.judge({ health, begunAt, now });

test('twenty failures in a row open the gate, however many sends went well before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5000 }), fc.nat({ max: 9000 }), (well, later) => {
      const breaker = new Breaker();
      for (let i = 0; i < well; i++) expect(judge(breaker, 'fine', 1)).toBe('nothing');
      const failed = Array.from({ length: 20 }, () => judge(breaker, 'failed', 1 + later));
      expect(failed).toContain('opens');
    }),
    { numRuns: 30 },
  );
});

test('failures that are few and between others do not', () => {
  const breaker = new Breaker();
  for (let i = 0; i < 1000; i++) expect(judge(breaker, i % 3 === 1 ? 'failed' : 'fine', i)).toBe('nothing');
});

test('what failed and began before the gate last opened or closed is no news', () => {
  const breaker = new Breaker();
  breaker.reset(1000);
  for (let i = 0; i < 100; i++) expect(judge(breaker, 'failed', 1500, 999)).toBe('nothing');
  expect(judge(breaker, 'failed', 1500, 1000)).toBe('suspect');
});

/** So many senders, each of which gets any of the sends, until the gate opens. Returns how many sends that took. */
function untilOpen(senders: number, { everyMs, isDown }: { everyMs: number; isDown(n: number): boolean }) {
  const breakers = Array.from({ length: senders }, () => new Breaker());
  let together = 0;
  for (let n = 0; n < 20_000; n++) {
    // Any order that visits all of them will do.
    const breaker = breakers[(n * n + 7 * n) % senders] as Breaker;
    const verdict = judge(breaker, isDown(n) ? 'failed' : 'fine', n * everyMs);
    if (verdict === 'suspect') together++;
    if (verdict === 'cleared') together = 0;
    if (verdict === 'opens' || together >= MIN_FAILURES) return n;
  }
  return undefined;
}

describe('senders together', () => {
  test('a hundred that each see a failure a few seconds apart notice an endpoint that is down', () => {
    expect(untilOpen(100, { everyMs: 100, isDown: () => true })).toBe(MIN_FAILURES - 1);
    // Each has had an answer in the last ten seconds, so that one failure of its own is nothing unusual.
    expect(untilOpen(100, { everyMs: 20, isDown: (n) => n >= 400 })).toBeLessThan(600);
  });

  test('one in eight failures opens no gate, however fast or slow the sends are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2000 }), (senders, everyMs) => {
        expect(untilOpen(senders, { everyMs, isDown: (n) => (n * 2_654_435_761) % 4096 < 512 })).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });
});
