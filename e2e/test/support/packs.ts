/**
 * Numbers of deliveries per job at which everything must work: one and a hundred; `PACK_SIZES=1,7,100` adds one that
 * does not add up, which takes the suite past the time it may take.
 */
export const PACK_SIZES: readonly number[] = (process.env.PACK_SIZES ?? '1,100').split(',').map(Number);

/** The environment in which jobs of every lane contain up to so many deliveries. */
export const packsOf = (size: number): Record<'PACK_CALL' | 'PACK_CHAT' | 'PACK_BULK', string> => ({
  PACK_CALL: String(size),
  PACK_CHAT: String(size),
  PACK_BULK: String(size),
});
