/** Numbers of deliveries per job at which everything must work: one, some that do not add up, and a hundred. */
export const PACK_SIZES = [1, 7, 100] as const;

/** The environment in which jobs of every lane contain up to so many deliveries. */
export const packsOf = (size: number): Record<'PACK_CALL' | 'PACK_CHAT' | 'PACK_BULK', string> => ({
  PACK_CALL: String(size),
  PACK_CHAT: String(size),
  PACK_BULK: String(size),
});
