/**
 * Numbers of deliveries per job at which everything must work. `npm run test:long` tries 1, 7 and 100, of which all but
 * one would take the suite past the time it may take.
 */
export const PACK_SIZES: readonly number[] = (process.env.PACK_SIZES ?? '7').split(',').map(Number);

/** The environment in which jobs of every lane contain up to so many deliveries. */
export const packsOf = (size: number): Record<'PACK_CALL' | 'PACK_CHAT' | 'PACK_BULK', string> => ({
  PACK_CALL: String(size),
  PACK_CHAT: String(size),
  PACK_BULK: String(size),
});
