import type { Http2ServerResponse } from 'node:http2';
import type { ApnsCredential, DevicePush, Provider } from '@fanfare/core';
import { type ApnsProviderOptions, createApnsProvider } from '../../src/index.ts';
import { NOW } from './device-push.ts';
import { type H2Server, type Received, reply, startH2 } from './h2-server.ts';

/** An APNs that answers with this. */
export const startApns = (
  answer: (response: Http2ServerResponse, request: Received) => void = (response) => reply(response, 200),
): Promise<H2Server> => startH2(answer);

/** A provider for that APNs, for both environments; it closes with the test. The time is NOW unless a test moves it. */
export function apnsAt(
  { origin, ca }: H2Server,
  options: ApnsProviderOptions = {},
): Provider<ApnsCredential, DevicePush> & AsyncDisposable {
  const where = { endpoint: origin, sandboxEndpoint: origin, extraCa: ca };
  const provider = createApnsProvider({ ...where, now: () => NOW, random: () => 0.5, ...options });
  return { ...provider, [Symbol.asyncDispose]: () => provider.close() };
}
