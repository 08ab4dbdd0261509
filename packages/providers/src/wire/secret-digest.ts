import { createHash } from 'node:crypto';

/** Digests by the credential they are of: to hash a private key costs more than the rest of a look-up. */
const digests = new WeakMap<object, string>();

/**
 * Names a credential by all that is in it, secrets included, without holding them. What is kept under this name is
 * shared by apps that have the same credential, and by no app that knows its ids only. `partsOf` is asked once for
 * each object, so every caller must ask for the same parts of one kind.
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
