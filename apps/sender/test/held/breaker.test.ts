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

/**
 * So many senders, which get the sends in an arbitrary order, until the gate opens. `isDown`: whether send `n` fails,
 * the sender's own one of a number. Returns how many sends that took.
 */
function untilOpen(
  senders: number,
  { everyMs, isDown }: { everyMs: number; isDown(n: number, ofSender: number): boolean },
): number | undefined {
  const all = Array.from({ length: senders }, (_, i) => ({ breaker: new Breaker(), sends: i }));
  let together = 0;
  for (let n = 0; n < 20_000; n++) {
    const sender = all[mixed(n) % senders] as (typeof all)[number];
    const verdict = judge(sender.breaker, isDown(n, sender.sends++) ? 'failed' : 'fine', n * everyMs);
    if (verdict === 'suspect') together++;
    if (verdict === 'cleared') together = 0;
    if (verdict === 'opens' || together >= MIN_FAILURES) return n;
  }
  return undefined;
}

/** A number that looks random for each `n` (the finalizer of MurmurHash3): no sender gets every so many sends. */
function mixed(n: number): number {
  const half = Math.imul(n ^ (n >>> 16), 0x85eb_ca6b);
  const full = Math.imul(half ^ (half >>> 13), 0xc2b2_ae35);
  return (full ^ (full >>> 16)) >>> 0;
}

describe('senders together', () => {
  test('a hundred that each see a failure a few seconds apart notice an endpoint that is down', () => {
    expect(untilOpen(100, { everyMs: 100, isDown: () => true })).toBe(MIN_FAILURES - 1);
    // Each has had an answer in the last ten seconds, so that one failure of its own is nothing unusual.
    expect(untilOpen(100, { everyMs: 20, isDown: (n) => n >= 400 })).toBeLessThan(600);
  });

  test('one in eight failures of each opens no gate, however fast or slow the sends are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2000 }), (senders, everyMs) => {
        expect(untilOpen(senders, { everyMs, isDown: (_, ofSender) => ofSender % 8 === 0 })).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });
});
