import { createHash } from 'node:crypto';

/** Digests by credential: hashing a private key costs more than the rest of a lookup. */
const digests = new WeakMap<object, string>();

/**
 * Identifies a credential by its entire content, secrets included, without containing them. Cached state under this
 * name is shared by apps that have the same credential, and by no app that only knows its ids. `partsOf` is called once
 * per object, so every caller must use the same parts for one kind.
 */
export function secretDigest<C extends object>(credential: C, partsOf: (credential: C) => readonly string[]): string {
  const known = digests.get(credential);
  if (known !== undefined) return known;
  const digest = createHash('sha256')
    .update(JSON.stringify(partsOf(credential)))
    .digest('base64url');
  digests.set(credential, digest);
  return digest;
}
