import type { CustomCredential, Outcome, Provider, Push } from '@fanfare/core';
import { type CustomProviderOptions, createCustomProvider } from '../../src/index.ts';
import { aCredential, aPush } from './push.ts';

/** What development allows: plain HTTP to this machine. */
export const LOOPBACK = { allowHttp: true, allowCidrs: ['127.0.0.0/8'] };

/** Long enough never to be reached on a slow machine; tests of the deadline set their own. */
const PLENTY_MS = 20_000;

/** A provider that may reach this machine and closes with the test. */
export function startProvider(
  options: Partial<CustomProviderOptions> = {},
): Provider<CustomCredential> & AsyncDisposable {
  const provider = createCustomProvider({ policy: LOOPBACK, timeoutMs: PLENTY_MS, ...options });
  return { ...provider, [Symbol.asyncDispose]: () => provider.close() };
}

/** Sends one push with a provider of its own. */
export async function sendTo(
  url: string,
  {
    options,
    credential,
    push,
  }: Partial<{
    options: Partial<CustomProviderOptions>;
    credential: Partial<CustomCredential>;
    push: Partial<Push>;
  }> = {},
): Promise<Outcome> {
  await using provider = startProvider(options);
  return await provider.send(aPush(push), aCredential(url, credential));
}
