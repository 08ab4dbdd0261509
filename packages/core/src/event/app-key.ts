/** The key of in-memory state of one app: a cache entry, a limit, a breaker. Only `appKey` creates one. */
export type AppKey = string & { readonly [BRAND]: true };
declare const BRAND: unique symbol;

/** Unambiguous for any parts, so that no app can choose parts that collide with the key of another. */
export const appKey = (appId: string, ...parts: readonly string[]): AppKey =>
  JSON.stringify([appId, ...parts]) as AppKey;
