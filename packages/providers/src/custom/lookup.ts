import type { Resolve } from '../tcp/dial.ts';
import type { AddressCheck } from './addresses.ts';
import { LookupQueue } from './lookup-queue.ts';

/** A host name led to a forbidden address. The message does not say which: it may be internal. */
export class UnsafeAddressError extends Error {
  override readonly name = 'UnsafeAddressError';

  constructor() {
    super('The host name leads to an address that is not public.');
  }
}

/**
 * A resolver that returns only addresses it has checked. The socket connects to exactly those, so a name that answers
 * differently the second time (DNS rebinding) gains nothing. One forbidden address refuses them all. IP literals never
 * come here: they are checked in the URL.
 */
export function guardedResolve(resolve: Resolve, allows: AddressCheck): Resolve {
  const lookups = new LookupQueue(resolve);
  return async (hostname) => {
    const addresses = await lookups.find(hostname);
    if (!addresses.every(({ address }) => allows(address))) throw new UnsafeAddressError();
    return addresses;
  };
}
