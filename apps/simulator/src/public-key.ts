import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/**
 * PEM of a public key of one kind. A private key would work too, but is refused because it should stay with its owner.
 */
export const publicKey = (kind: string, fits: (key: KeyObject) => boolean) =>
  z.string().transform((pem, context) => {
    const key = pem.includes('PRIVATE KEY') ? undefined : keyOf(pem);
    if (key && fits(key)) return key;
    context.addIssue({ code: 'custom', message: `must be the PEM of ${kind} public key` });
    return z.NEVER;
  });

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}
