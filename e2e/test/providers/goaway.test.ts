import type { Simulator } from '@fanfare/simulator/app';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Bench } from './conformance/bench.ts';
import { createKeys, type Keys, TRANSPORTS } from './conformance/transports.ts';
import { startServices } from './conformance/wire.ts';

const SENDS = 10_000;
const EVERY = 500;
const CONCURRENCY = 200;
/** On a slow machine. */
const LIMIT_MS = 180_000;

let simulator: Simulator;
let keys: Keys;
beforeAll(async () => {
  simulator = await startServices();
  keys = await createKeys(simulator);
});
afterAll(() => simulator.close());

const OURS = TRANSPORTS.filter(({ name }) => name.includes('our HTTP/2 pool'));

describe.each(OURS.map((transport) => [transport.name, transport] as const))('%s', (_name, transport) => {
  test.each([
    ['in one step', false],
    ['in two steps', true],
  ])(
    `of ${SENDS} pushes none is lost and none doubled by a GOAWAY every ${EVERY} streams, %s`,
    async (_how, goAwayInTwoSteps) => {
      await using bench = await Bench.of({ transport, simulator, keys });
      bench.service.setFaults({ goAwayEvery: EVERY, goAwayInTwoSteps, latencyMs: { min: 0, max: 20 } });
      const outcomes = await bench.sendMany(SENDS, CONCURRENCY);
      expect(outcomes.filter(({ kind }) => kind !== 'accepted')).toEqual([]);
      expect(bench.service.counts()).toMatchObject({ answered: { 200: SENDS }, acceptedTwice: 0 });
      // A connection also carries the pushes that were on their way when the GOAWAY was written.
      expect(bench.wire.proxy.opened).toBeGreaterThan(SENDS / EVERY / 2);
    },
    LIMIT_MS,
  );
});
