import type { LookupAddress } from 'node:dns';
import type { Resolve } from '../tcp/dial.ts';
import type { AddressCheck } from './addresses.ts';

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
 *
 * Connections that need the same name at the same time share one lookup: getaddrinfo has four threads in the process,
 * and a name whose servers are silent must not take them all from the other endpoints.
 */
export function guardedResolve(resolve: Resolve, allows: AddressCheck): Resolve {
  const inFlight = new Map<string, Promise<LookupAddress[]>>();

  const resolveOnce = (hostname: string): Promise<LookupAddress[]> => {
    const running = inFlight.get(hostname) ?? resolve(hostname).finally(() => inFlight.delete(hostname));
    inFlight.set(hostname, running);
    return running;
  };
  return async (hostname) => {
    const addresses = await resolveOnce(hostname);
    if (!addresses.every(({ address }) => allows(address))) throw new UnsafeAddressError();
    return addresses;
  };
}
