import { stat } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Liveness } from '../../src/http2/liveness.ts';

const LIMITS = { pingAfterMs: 1, killAfterMs: 20 };

/** Keeps the process busy for longer than a ping may take. */
function block(): void {
  const until = performance.now() + 5 * LIMITS.killAfterMs;
  while (performance.now() < until);
}

test('the answer to a ping that arrived while the process was busy counts', async () => {
  const end = await new Promise<string>((resolve) => {
    // Not within the timer that pings: what arrives is read after it.
    const ping = (answered: () => void): void => {
      setImmediate(() => {
        stat('/', () => {
          answered();
          liveness.rest();
          resolve('alive');
        });
        block();
      });
    };
    const liveness = new Liveness({ ping }, LIMITS, () => resolve('dead'));
    liveness.watch();
  });
  expect(end).toBe('alive');
});

test('a server that answers no ping is dead', async () => {
  const dead = new Promise<void>((resolve) => {
    new Liveness({ ping: () => undefined }, LIMITS, resolve).watch();
  });
  await dead;
});
