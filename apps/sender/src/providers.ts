import { readFileSync } from 'node:fs';
import type { ApnsCredential, CustomCredential, DevicePush, FcmCredential, Lane, Provider } from '@fanfare/core';
import { createApnsProvider, createCustomProvider, createFcmProvider } from '@fanfare/providers';
import type { SenderConfig } from './config.ts';

/** The adapters of every kind; connections are made with the first send. */
export interface Providers {
  fcm: Provider<FcmCredential, DevicePush>;
  apns: Provider<ApnsCredential, DevicePush>;
  custom: Provider<CustomCredential>;
}

/** Makes the adapters as configured. `limits` is what the gates let through to one endpoint, by lane. */
export function createProviders(config: SenderConfig, limits: Record<Lane, number>, now: () => number): Providers {
  const extraCa = config.EXTRA_CA_FILE === undefined ? {} : { extraCa: readFileSync(config.EXTRA_CA_FILE, 'utf8') };
  const endpoint = config.FCM_ENDPOINT === undefined ? {} : { endpoint: config.FCM_ENDPOINT };
  const apns = {
    ...(config.APNS_ENDPOINT === undefined ? {} : { endpoint: config.APNS_ENDPOINT }),
    ...(config.APNS_SANDBOX_ENDPOINT === undefined ? {} : { sandboxEndpoint: config.APNS_SANDBOX_ENDPOINT }),
  };
  return {
    fcm: createFcmProvider({ now, transport: config.FCM_TRANSPORT, ...endpoint, ...extraCa }),
    apns: createApnsProvider({ now, transport: config.APNS_TRANSPORT, ...apns, ...extraCa }),
    custom: createCustomProvider({
      now,
      policy: { allowHttp: config.WEBHOOK_ALLOW_HTTP, allowCidrs: config.WEBHOOK_ALLOW_CIDRS },
      // A send that waits for a connection is using up its two seconds: there is one for each the gates let through.
      connectionsPerOrigin: limits.call + limits.chat + limits.bulk,
      ...extraCa,
    }),
  };
}

/** Closes them all. */
export async function closeProviders(providers: Providers): Promise<void> {
  await Promise.all([providers.fcm.close(), providers.apns.close(), providers.custom.close()]);
}
