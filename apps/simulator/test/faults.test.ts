import { request } from 'node:https';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latencyOf } from '../src/faults.ts';
import { aBody, aSimulator, post } from './setup.ts';

/** The values of a generator of pseudo-random numbers, in [0, 1). */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

test('a log-normal latency has the median and the 99th percentile it was set to', () => {
  const random = draws(7);
  const sample = Array.from(
    { length: 50_000 },
    () => latencyOf({ logNormalMs: { median: 40, p99: 400 } }, random) ?? 0,
  );
  sample.sort((a, b) => a - b);
  expect(Math.abs((sample[25_000] ?? 0) - 40)).toBeLessThan(3);
  expect(Math.abs((sample[49_500] ?? 0) - 400)).toBeLessThan(60);
});

test('the latency of any fault is a delay that a timer can have', () => {
  const distribution = fc.tuple(fc.integer({ min: 1, max: 3_600_000 }), fc.integer({ min: 1, max: 3_600_000 }));
  fc.assert(
    fc.property(distribution, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (bounds, draw) => {
      const [median, p99] = [Math.min(...bounds), Math.max(...bounds)];
      const latency = latencyOf({ logNormalMs: { median, p99 } }, () => draw) ?? -1;
      expect(latency).toBeGreaterThanOrEqual(0);
      expect(latency).toBeLessThan(2 ** 31);
    }),
  );
});

test('a webhook endpoint fails a random share of valid requests, unless their step says otherwise', async () => {
  const rolls = [0, 0.3, 0.99];
  const simulator = await aSimulator({}, { random: () => rolls.shift() ?? 0 });
  const errors = { 429: 0.2, 503: 0.2 };
  simulator.endpoint('team').configure({ faults: { errors }, uids: { eve: { status: 404 } } });
  const statusFor = async (uid: string) => (await post(`${simulator.url}/webhook/team`, aBody(uid))).status;
  expect([await statusFor('bob'), await statusFor('bob'), await statusFor('bob')]).toEqual([429, 503, 200]);
  expect(await statusFor('eve')).toBe(404);
});

test('a webhook endpoint answers on the TLS port as well, and may break off in the middle', async () => {
  const simulator = await aSimulator();
  simulator.endpoint('team').configure({ uids: { eve: { truncate: true } } });

  const send = (uid: string) =>
    new Promise<string>((resolve, reject) => {
      const url = `https://localhost:${simulator.tlsPort}/webhook/team`;
      const headers = { 'content-type': 'application/json' };
      const outgoing = request(url, { method: 'POST', ca: simulator.caPem, headers }, (response) => {
        response.on('error', reject).on('data', () => undefined);
        response.on('end', () => resolve(String(response.statusCode)));
      });
      outgoing.on('error', reject).end(JSON.stringify(aBody(uid)));
    });
  expect(await send('bob')).toBe('200');
  await expect(send('eve')).rejects.toThrow('aborted');
  expect(simulator.endpoint('team').counts()).toMatchObject({ received: 2, reset: 1 });
});
