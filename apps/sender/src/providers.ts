import { readFileSync } from 'node:fs';
import type {
  ApnsCredential,
  CustomCredential,
  DevicePush,
  FcmCredential,
  Lane,
  Provider,
  ProviderKind,
  TokenStore,
} from '@fanfare/core';
import { type ConnectionEvent, createApnsProvider, createCustomProvider, createFcmProvider } from '@fanfare/providers';
import type { Logger, Metrics } from '@fanfare/runtime';
import type { SenderConfig } from './config.ts';
import { logOnce } from './undocumented.ts';

/** The adapters for all providers. They connect on the first send. */
export interface Providers {
  fcm: Provider<FcmCredential, DevicePush>;
  apns: Provider<ApnsCredential, DevicePush>;
  custom: Provider<CustomCredential>;
}

interface ProvidersDeps {
  /** What the gates admit to one endpoint, by lane. */
  limits: Record<Lane, number>;
  /** Where the processes of the fleet share the tokens of push services. */
  tokens: TokenStore;
  metrics: Pick<Metrics, 'http2Sessions' | 'goaways'>;
  log: Logger;
  now(): number;
}

/** Creates the adapters. */
export function createProviders(config: SenderConfig, { limits, tokens, metrics, log, now }: ProvidersDeps): Providers {
  const extraCa = config.EXTRA_CA_FILE === undefined ? {} : { extraCa: readFileSync(config.EXTRA_CA_FILE, 'utf8') };
  const endpoint = config.FCM_ENDPOINT === undefined ? {} : { endpoint: config.FCM_ENDPOINT };
  const apns = {
    ...(config.APNS_ENDPOINT === undefined ? {} : { endpoint: config.APNS_ENDPOINT }),
    ...(config.APNS_SANDBOX_ENDPOINT === undefined ? {} : { sandboxEndpoint: config.APNS_SANDBOX_ENDPOINT }),
  };
  const http2 = { http2Client: config.HTTP2_CLIENT, tokens, onUndocumented: logOnce(log) };
  return {
    fcm: createFcmProvider({
      now,
      transport: config.FCM_TRANSPORT,
      onConnection: counting(metrics, 'fcm'),
      ...http2,
      ...endpoint,
      ...extraCa,
    }),
    apns: createApnsProvider({
      now,
      transport: config.APNS_TRANSPORT,
      onConnection: counting(metrics, 'apns'),
      ...http2,
      ...apns,
      ...extraCa,
    }),
    custom: createCustomProvider({
      now,
      policy: {
        allowHttp: config.WEBHOOK_ALLOW_HTTP,
        allowCidrs: config.WEBHOOK_ALLOW_CIDRS,
        allowPorts: config.WEBHOOK_ALLOW_PORTS,
      },
      // Waiting for a connection uses up a send's two seconds, so there is one for each send the gates admit.
      connectionsPerOrigin: limits.call + limits.chat + limits.bulk,
      ...extraCa,
    }),
  };
}

/** Counts the connections to a push service. */
const counting =
  ({ http2Sessions, goaways }: ProvidersDeps['metrics'], provider: ProviderKind) =>
  (event: ConnectionEvent) => {
    if (event === 'goaway') goaways.inc({ provider });
    else http2Sessions.inc({ provider }, event === 'opened' ? 1 : -1);
  };

/** Closes all adapters. */
export async function closeProviders(providers: Providers): Promise<void> {
  await Promise.all([providers.fcm.close(), providers.apns.close(), providers.custom.close()]);
}
