/** The key of something that is kept for one app in memory: a cache entry, a limit, a breaker. Only `appKey` makes one. */
export type AppKey = string & { readonly [BRAND]: true };
declare const BRAND: unique symbol;

/** Unambiguous whatever the parts contain, so that no app can choose parts that make the key of another. */
export const appKey = (appId: string, ...parts: readonly string[]): AppKey =>
  JSON.stringify([appId, ...parts]) as AppKey;
