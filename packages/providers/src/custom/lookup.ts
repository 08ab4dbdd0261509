import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { AddressCheck } from './addresses.ts';

/** All addresses of a host name. Rejects with a `code` (`ENOTFOUND`, `EAI_AGAIN`, …) when there is none. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/** The system's resolver: hosts file, search domains and all. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** A host name led to an address that may not be reached. The message does not tell which: it may be internal. */
export class UnsafeAddressError extends Error {
  override readonly name = 'UnsafeAddressError';

  constructor() {
    super('The host name leads to an address that is not public.');
  }
}

/**
 * The `lookup` of the connections. It hands out the addresses it has checked, so the socket connects to exactly those
 * and a name that answers differently the second time (DNS rebinding) gains nothing. One address that is not allowed
 * refuses them all. IP literals never come here: they are checked in the URL.
 *
 * The caller must connect with `autoSelectFamily`, that is, take a list of addresses. Connections that need the same
 * name at the same time share one question: getaddrinfo has four threads in the process, and a name whose servers
 * are silent must not take them all from the other endpoints.
 */
export function guardedLookup(resolve: Resolve, allows: AddressCheck): LookupFunction {
  const inFlight = new Map<string, Promise<LookupAddress[]>>();

  const resolveOnce = (hostname: string): Promise<LookupAddress[]> => {
    const running = inFlight.get(hostname) ?? resolve(hostname).finally(() => inFlight.delete(hostname));
    inFlight.set(hostname, running);
    return running;
  };
  const resolveChecked = async (hostname: string): Promise<LookupAddress[]> => {
    const addresses = await resolveOnce(hostname);
    if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
    if (!addresses.every(({ address }) => allows(address))) throw new UnsafeAddressError();
    return addresses;
  };
  return (hostname, _options, callback) => {
    resolveChecked(hostname).then(
      (addresses) => callback(null, addresses),
      (error) => callback(error, []),
    );
  };
}
