import type { TokenClaim, TokenStore } from '@fanfare/core';

/** A store that shares nothing: every process fetches its own tokens. */
export const UNSHARED: TokenStore = {
  claim: async (): Promise<TokenClaim> => ({ kind: 'unreadable' }),
  publish: async () => false,
  abandon: async () => undefined,
  extend: async () => undefined,
};
