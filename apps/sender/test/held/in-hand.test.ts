import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InHand } from '../../src/held/in-hand.ts';

/** As slow that nothing is sent soon. */
const SLOW_MS = 2000;

/** An app that has sent so slowly that its pace is known. */
function slowly(inHand: InHand, time: { now: number }, app: string): void {
  for (let i = 0; i < 30; i++) {
    const end = inHand.send(app);
    time.now += SLOW_MS;
    end();
  }
}

test('an app with a slow endpoint leaves room, and gets none beyond; a fast one is never turned away', () => {
  const time = { now: 0 };
  const inHand = new InHand(200, () => time.now);
  slowly(inHand, time, 'slow');
  const taken = Array.from({ length: 300 }, () => inHand.take('slow', 1, false)).filter(Boolean).length;
  expect(taken).toBe(150);
  for (let i = 0; i < 75; i++) inHand.send('fast');
  expect(Array.from({ length: 300 }, () => inHand.take('fast', 1, false)).every(Boolean)).toBe(true);
});

test('an endpoint that hangs from its first send on leaves room before any of them has ended', () => {
  const time = { now: 0 };
  const inHand = new InHand(200, () => time.now);
  for (let i = 0; i < 40; i++) inHand.send('hanging');
  const taken = Array.from({ length: 300 }, () => {
    time.now += 10;
    return inHand.take('hanging', 1, false);
  });
  expect(taken.filter(Boolean).length).toBe(150);
});

test('an app that has nothing in hand can always take a job, whatever the others have', () => {
  const step = fc.record({ app: fc.nat({ max: 5 }), count: fc.integer({ min: 0, max: 100 }), drops: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 600 }), fc.array(step, { maxLength: 80 }), (capacity, steps) => {
      const time = { now: 0 };
      const inHand = new InHand(capacity, () => time.now);
      const counts = new Map<string, number>();
      for (const { app: number, count, drops } of steps) {
        const app = `app-${number}`;
        const has = counts.get(app) ?? 0;
        if (drops) {
          const dropped = Math.min(count, has);
          inHand.drop(app, dropped);
          counts.set(app, has - dropped);
        } else {
          slowly(inHand, time, app);
          const isTaken = inHand.take(app, count, false);
          if (has === 0) expect(isTaken).toBe(true);
          if (isTaken) counts.set(app, has + count);
        }
      }
      expect(inHand.take('newcomer', 1, false)).toBe(true);
    }),
  );
});

test('held deliveries are wanted as far as they can be sent, and not twice while they are on their way', () => {
  const time = { now: 0 };
  const inHand = new InHand(200, () => time.now);
  // After a trial, with one in flight: its share, so that they are at hand as soon as more may be in flight.
  expect(inHand.wants('app', 1)).toBe(100);
  inHand.expect('app', 100);
  expect(inHand.wants('app', 1)).toBe(0);
  expect(inHand.take('app', 100, true)).toBe(true);
  inHand.drop('app', 50);
  expect(inHand.wants('app', 75)).toBe(250);
  inHand.expect('app', 250);
  expect(inHand.wants('app', 75)).toBe(0);
  // They were lost: after a while, others are wanted.
  time.now += 1000;
  expect(inHand.wants('app', 75)).toBe(250);
});

test('released deliveries that other senders took stop counting although more are released', () => {
  const time = { now: 0 };
  const inHand = new InHand(200, () => time.now);
  for (let i = 0; i < 5; i++) {
    inHand.expect('app', 25);
    time.now += 100;
  }
  inHand.expect('app', 25);
  // All but the last 25 were released half a second ago or longer.
  expect(inHand.wants('app', 1)).toBe(75);
});

test('who has less in hand than may be in flight does not wait long for what others may have taken', () => {
  const time = { now: 0 };
  const inHand = new InHand(200, () => time.now);
  inHand.take('app', 20, false);
  inHand.expect('app', 80);
  time.now += 100;
  expect(inHand.wants('app', 20)).toBe(0);
  inHand.drop('app', 1);
  const more = inHand.wants('app', 20);
  expect(more).toBeGreaterThan(60);
  inHand.expect('app', more);
  expect(inHand.wants('app', 20)).toBe(0);
  // They come after all, and are not held again.
  for (let n = 0; n < 4; n++) expect(inHand.take('app', 20, true)).toBe(true);
});

test('what is released of an app with a slow endpoint is taken, and no more is wanted than it may have', () => {
  const time = { now: 0 };
  const inHand = new InHand(200, () => time.now);
  for (const app of ['a', 'b']) {
    slowly(inHand, time, app);
    while (inHand.take(app, 1, false)) {
      // As many as it may have.
    }
    expect(inHand.wants(app, 75)).toBe(0);
  }
  inHand.drop('a', 120);
  const wanted = inHand.wants('a', 75);
  expect(wanted).toBeGreaterThan(0);
  inHand.expect('a', wanted);
  // A pack counts as a whole.
  for (let left = wanted; left > 0; left -= 25) expect(inHand.take('a', 25, true)).toBe(true);
  expect(inHand.wants('a', 75)).toBe(0);
});

test('while deliveries of an app are held, new ones leave them a quarter of its room', () => {
  const time = { now: 0 };
  const inHand = new InHand(200, () => time.now);
  slowly(inHand, time, 'app');
  const takeAll = () => Array.from({ length: 200 }, () => inHand.take('app', 1, false)).filter(Boolean).length;
  expect(takeAll()).toBe(150);
  inHand.othersWait('app', { shard: 0, gateId: 'gate' }, true);
  inHand.drop('app', 37);
  expect(takeAll()).toBe(0);
  expect(inHand.wants('app', 75)).toBe(0);
  inHand.drop('app', 50);
  expect(takeAll()).toBe(50);
  inHand.drop('app', 60);
  expect(inHand.wants('app', 75)).toBeGreaterThan(0);
});

test('deliveries held for one gate are not forgotten when those of another gate or shard are released', () => {
  const time = { now: 0 };
  const inHand = new InHand(200, () => time.now);
  slowly(inHand, time, 'app');
  const takes = () => {
    const count = Array.from({ length: 200 }, () => inHand.take('app', 1, false)).filter(Boolean).length;
    inHand.drop('app', count);
    return count;
  };
  const one = { shard: 0, gateId: 'one' };
  const all = [one, { shard: 1, gateId: 'one' }, { shard: 0, gateId: 'another' }];
  for (const at of all) inHand.othersWait('app', at, true);
  for (const at of all) {
    expect(takes()).toBe(113);
    inHand.othersWait('app', at, false);
  }
  expect(takes()).toBe(150);
  // Another process may have released them.
  inHand.othersWait('app', one, true);
  time.now += 60_000;
  expect(takes()).toBe(150);
});

test('an endpoint that answers again is not judged by how long it hung, nor by what hung and ends only then', () => {
  const time = { now: 0 };
  const inHand = new InHand(200, () => time.now);
  slowly(inHand, time, 'app');
  const hanging = Array.from({ length: 50 }, () => inHand.send('app'));
  // At the pace of the timeouts: what is fair, and no more.
  expect(inHand.wants('app', 75)).toBe(100);
  time.now += SLOW_MS;
  inHand.forgetPace('app');
  for (const end of hanging) end();
  // Nothing is in flight at the moment, but 75 may be.
  expect(inHand.wants('app', 75)).toBe(300);
});
