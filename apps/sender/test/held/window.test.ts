import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Endpoint } from '../../src/held/endpoint.ts';
import { Places } from '../../src/held/places.ts';
import { SendWindow } from '../../src/held/window.ts';

const LIMIT = 75;
const TRUSTED_AFTER_MS = 300_000;

const ended = (now: number, inFlight: number) => ({ begunAt: now, now, inFlight });

/** A window that has just been cut, with so many in flight. */
function cutAt(inFlight: number): SendWindow {
  const window = aliveWindow();
  for (let i = 0; i < 3; i++) window.failed(ended(0, inFlight));
  return window;
}

/** A window whose endpoint has answered. */
function aliveWindow(): SendWindow {
  const window = new SendWindow(LIMIT, { yields: true });
  window.answered(ended(0, 2));
  return window;
}

/** As many answers as may be in flight, all of them used: an answer comes before the next send takes its place. */
function round(window: SendWindow, now: number): void {
  for (let left = window.size; left > 0; left--) window.answered(ended(now, window.size));
}

/** One sender that has had an outage, and an endpoint that takes all in 50 ms. Returns its window after each round. */
async function windowsAfterOutage(backlog: number, rounds: number): Promise<number[]> {
  let now = 0;
  const endpoint = new Endpoint({ lane: 'chat', appId: 'a', provider: 'custom', name: 'https://hook#1' }, LIMIT);
  const places = new Places(100, () => now);
  const underWay: { begunAt: number; leave(): void }[] = [];
  endpoint.restart(now);
  const send = async () => {
    const taken = await places.take('a', endpoint);
    if (taken.kind === 'taken') underWay.push({ begunAt: now, leave: taken.leave });
  };
  for (let n = 0; n < backlog; n++) void send();
  const windows: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await new Promise(setImmediate);
    now += 50;
    for (const { begunAt, leave } of underWay.splice(0)) {
      endpoint.count('fine', begunAt, now);
      leave();
      void send();
    }
    windows.push(endpoint.window);
  }
  return windows;
}

describe('how many sends to an endpoint may be in flight', () => {
  test('three failures in a row halve what was in flight; two, or a few percent, change nothing', () => {
    const window = aliveWindow();
    for (let i = 0; i < 2; i++) window.failed(ended(0, 40));
    expect(window.size).toBe(LIMIT);
    window.failed(ended(0, 40));
    expect(window.size).toBe(20);
    const healthy = new SendWindow(LIMIT, { yields: true });
    for (let i = 0; i < 1000; i++) {
      if (i % 20 === 0) healthy.failed(ended(i, 40));
      else healthy.answered(ended(i, 40));
    }
    expect(healthy.size).toBe(LIMIT);
  });

  test('what was under way at a cut does not cut again, what begins after it does', () => {
    const window = aliveWindow();
    for (let i = 0; i < 40; i++) window.failed({ begunAt: 0, now: 2000, inFlight: 40 - i });
    expect(window.size).toBe(19);
    window.answered({ begunAt: 2000, now: 3000, inFlight: 19 });
    for (let i = 0; i < 3; i++) window.failed({ begunAt: 2000, now: 4000, inFlight: 19 });
    expect(window.size).toBe(9);
  });

  test('an endpoint that answers nothing is not cut twice, so that the breaker soon sees that it is down', () => {
    const window = aliveWindow();
    for (let i = 0; i < 40; i++) window.failed(ended(i, 40));
    expect(window.size).toBe(20);
    const silent = new SendWindow(LIMIT, { yields: true });
    for (let i = 0; i < 40; i++) silent.failed(ended(i, 40));
    expect(silent.size).toBe(LIMIT);
  });

  test('after a cut it grows by one per round of answers, after an outage by half until something fails', () => {
    const cut = cutAt(40);
    for (let i = 0; i < 5; i++) round(cut, 1 + i);
    expect(cut.size).toBeGreaterThan(22);
    expect(cut.size).toBeLessThan(27);
    const restarted = new SendWindow(LIMIT, { yields: true });
    restarted.restart(0);
    const sizes = Array.from({ length: 14 }, (_, i) => {
      round(restarted, 1 + i);
      return restarted.size;
    });
    expect(sizes.slice(0, 6)).toEqual([1, 2, 3, 4, 6, 9]);
    expect(sizes.at(-1)).toBe(LIMIT);
  });

  test('one that does not yield is never cut, and grows by one per answer after an outage', () => {
    const window = new SendWindow(LIMIT, { yields: false });
    window.answered(ended(0, 40));
    for (let i = 0; i < 40; i++) window.failed(ended(i, 40));
    expect(window.size).toBe(LIMIT);
    window.restart(50);
    for (let i = 0; i < 9; i++) window.answered(ended(51, 1));
    expect(window.size).toBe(10);
  });

  test('a second after an outage, one sender is at its limit if it has a backlog, and has few without', async () => {
    const busy = await windowsAfterOutage(200, 20);
    expect(busy.slice(0, 3)).toEqual([1, 2, 3]);
    expect(busy.at(-1)).toBe(LIMIT);
    expect(Math.max(...(await windowsAfterOutage(1, 100)))).toBe(2);
  });

  test('the slower the answers, the less it grows, both after an outage and after a cut', () => {
    const after = (window: SendWindow, tookMs: number): number => {
      const more = (n: number) => window.answered({ begunAt: n, now: n + tookMs, inFlight: window.size });
      for (let n = 0; n < 40; n++) more(n);
      return window.size;
    };
    const restarted = () => {
      const window = new SendWindow(LIMIT, { yields: true });
      window.restart(0);
      return window;
    };
    expect([50, 250, 500, 1000].map((ms) => after(restarted(), ms))).toEqual([21, 21, 11, 6]);
    expect([50, 250, 500, 1000].map((ms) => after(cutAt(4), ms))).toEqual([9, 9, 6, 4]);
  });

  test('it halves when nothing is left in flight, and is trusted again after five minutes without trouble', () => {
    const window = cutAt(64);
    window.answered(ended(1, 1));
    expect(window.size).toBe(16);
    window.answered(ended(TRUSTED_AFTER_MS - 1, 1));
    expect(window.size).toBe(8);
    window.answered(ended(TRUSTED_AFTER_MS, 1));
    expect(window.size).toBe(LIMIT);
    window.answered(ended(TRUSTED_AFTER_MS + 1, 1));
    expect(window.size).toBe(LIMIT);
  });

  test('whatever happens, there is at least one, at most the limit, and an answer adds half a send at most', () => {
    const step = fc.record({
      does: fc.constantFrom('answered', 'failed', 'restarts'),
      ms: fc.nat({ max: 100_000 }),
      took: fc.nat({ max: 3000 }),
      inFlight: fc.integer({ min: 1, max: LIMIT }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: LIMIT }), fc.array(step), (limit, steps) => {
        const window = new SendWindow(limit, { yields: true });
        let now = 0;
        let troubledAt = Number.NEGATIVE_INFINITY;
        for (const { does, ms, took, inFlight } of steps) {
          now += ms;
          const before = window.size;
          if (does === 'answered') window.answered({ begunAt: now - took, now, inFlight });
          else if (does === 'failed') window.failed({ begunAt: now - took, now, inFlight });
          else window.restart(now);
          if (window.size < before && does !== 'answered') troubledAt = now;
          expect(window.size).toBeGreaterThanOrEqual(1);
          expect(window.size).toBeLessThanOrEqual(limit);
          if (does !== 'answered') expect(window.size).toBeLessThanOrEqual(before);
          else if (now - troubledAt < TRUSTED_AFTER_MS) expect(window.size).toBeLessThanOrEqual(before + 1);
        }
      }),
    );
  });
});
