import { z } from 'zod';

const Milliseconds = z.int().min(0).max(3_600_000);
const Share = z.number().min(0).max(1);

/** The delay of every answer; one of the two, or none. */
export const LATENCY = {
  latencyMs: z
    .strictObject({ min: Milliseconds, max: Milliseconds })
    .refine(({ min, max }) => min <= max, { path: ['max'], error: 'cannot be less than min' })
    .optional()
    .describe('Delay of every answer, uniformly distributed.'),
  logNormalMs: z
    .strictObject({ median: Milliseconds.min(1), p99: Milliseconds })
    .refine(({ median, p99 }) => median <= p99, { path: ['p99'], error: 'cannot be less than median' })
    .optional()
    .describe('Delay of every answer with a long tail, as of a real service; replaces latencyMs.'),
};

/** The shape of a field with the share of valid requests that fail in each of these ways. */
export const failureShares = <const Way extends string>(ways: readonly Way[]) =>
  z
    .partialRecord(z.enum(ways), Share)
    .refine(
      (shares) => Object.values<number | undefined>(shares).reduce((sum: number, share = 0) => sum + share, 0) <= 1,
      {
        error: 'cannot be more than 1 together',
      },
    )
    .optional()
    .describe('Shares, 0 to 1, of valid requests to refuse with this status, or to fail in this way.');

type Latency = { [Name in keyof typeof LATENCY]?: z.infer<(typeof LATENCY)[Name]> };

/** The 99th percentile of the standard normal distribution. */
const Z_99 = 2.326_347_874;
/** The longest delay of a timer. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The delay; undefined: none. `random`: in [0, 1). */
export function latencyOf({ latencyMs, logNormalMs }: Latency, random: () => number): number | undefined {
  if (logNormalMs === undefined) {
    return latencyMs && latencyMs.min + Math.floor(random() * (latencyMs.max - latencyMs.min + 1));
  }
  const { median, p99 } = logNormalMs;
  const sigma = Math.log(p99 / median) / Z_99;
  return Math.min(MAX_DELAY_MS, Math.round(median * Math.exp(sigma * standardNormal(random))));
}

/** https://en.wikipedia.org/wiki/Box%E2%80%93Muller_transform */
const standardNormal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** The way in which this request fails; undefined: it does not. */
export function failureOf<Way extends string>(
  shares: Partial<Record<Way, number>> | undefined,
  random: () => number,
): Way | undefined {
  if (shares === undefined) return undefined;
  let left = random();
  for (const [way, share] of Object.entries<number | undefined>(shares)) {
    left -= share ?? 0;
    if (left < 0) return way as Way;
  }
  return undefined;
}
