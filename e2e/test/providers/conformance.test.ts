import type { Simulator } from '@fanfare/simulator/app';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Bench } from './conformance/bench.ts';
import { rowsFor } from './conformance/rows.ts';
import { createKeys, type Keys, TRANSPORTS } from './conformance/transports.ts';
import { startServices } from './conformance/wire.ts';

/** An exception must fail anyway, so there is no need to wait for it on a slow machine. */
const EXCEPTION_END_MS = 1000;

let simulator: Simulator;
let keys: Keys;
beforeAll(async () => {
  simulator = await startServices();
  keys = await createKeys(simulator);
});
afterAll(() => simulator.close());

describe.each(TRANSPORTS.map((transport) => [transport.name, transport] as const))('%s', (_name, transport) => {
  const rows = rowsFor(transport);
  test('has exceptions only from these rows', () => {
    expect(Object.keys(transport.exceptions ?? {}).filter((name) => !rows.some(([row]) => row === name))).toEqual([]);
  });
  for (const [name, row] of rows) {
    const run = async (endMs?: number): Promise<void> => {
      await using bench = await Bench.of({ transport, simulator, keys }, { ...row.client, endMs });
      await row.check(bench);
    };
    const exception = transport.exceptions?.[name];
    if (exception === undefined) test(name, () => run());
    else test(`${name}: fails, because ${exception}`, () => expect(run(EXCEPTION_END_MS)).rejects.toThrow());
  }
});
