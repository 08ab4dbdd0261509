import type { CustomCredential } from '@fanfare/core';
import type { Guard } from './guard.ts';
import { constantHeaders } from './message.ts';

/** What is the same for every push to a webhook. */
export type Endpoint =
  | { kind: 'usable'; origin: string; path: string; headers: readonly string[] }
  /** It may not be called; the problem is one sentence. */
  | { kind: 'unsafe'; problem: string };

/**
 * Works out each endpoint once, and again when its credential is replaced: by identity, so a credential must not be
 * changed in place. Only what the URL says is decided here; the addresses of a name are checked at every connect.
 */
export function endpointsOf(guard: Guard): (credential: CustomCredential) => Endpoint {
  const known = new WeakMap<CustomCredential, Endpoint>();
  return (credential) => {
    const endpoint = known.get(credential) ?? endpointOf(credential, guard);
    known.set(credential, endpoint);
    return endpoint;
  };
}

function endpointOf(credential: CustomCredential, guard: Guard): Endpoint {
  const problem = guard.urlProblem(credential.webhookURL);
  if (problem !== undefined) return { kind: 'unsafe', problem };
  const { origin, pathname, search } = new URL(credential.webhookURL);
  return { kind: 'usable', origin, path: `${pathname}${search}`, headers: constantHeaders(credential) };
}
