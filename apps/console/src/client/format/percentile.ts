/**
 * The value within which a share of the counts lies, estimated within its bucket as by Prometheus; null without
 * counts. `bounds` are the upper bounds of the buckets; the last bucket has none, and counts as its lower bound.
 */
export function percentile(
  buckets: readonly number[] | undefined,
  bounds: readonly number[],
  share: number,
): number | null {
  const total = buckets?.reduce((sum, one) => sum + one, 0) ?? 0;
  if (!buckets || total === 0) return null;
  const wanted = share * total;
  let below = 0;
  for (const [i, inBucket] of buckets.entries()) {
    if (below + inBucket >= wanted && inBucket > 0) {
      const lower = i === 0 ? 0 : (bounds[i - 1] as number);
      const upper = bounds[i] ?? lower;
      return lower + (upper - lower) * ((wanted - below) / inBucket);
    }
    below += inBucket;
  }
  return null;
}
