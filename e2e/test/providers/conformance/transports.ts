import type { ApnsCredential, CustomCredential, DevicePush, FcmCredential, Provider, Push } from '@fanfare/core';
import {
  type ApnsProviderOptions,
  createApnsProvider,
  createCustomProvider,
  createFcmProvider,
  type FcmProviderOptions,
} from '@fanfare/providers';
import type { Simulator } from '@fanfare/simulator/app';
import { aPush } from './push.ts';
import { BASIC_AUTH, ENDPOINT, type SERVICES } from './services.ts';
import type { Address } from './wire.ts';

/** The keys of the services, made once. */
export interface Keys {
  serviceAccount: FcmCredential['serviceAccount'];
  apnsKey: Pick<ApnsCredential, 'keyId' | 'teamId' | 'bundleId' | 'p8Key'>;
}

/** A provider that pushes to addressees. */
export interface Client {
  send(addressee: string, changes?: Partial<Push>): ReturnType<Provider<never>['send']>;
  close(): Promise<void>;
}

/** One way to reach a service. */
export interface Transport {
  name: string;
  service: keyof typeof SERVICES;
  protocol: 'HTTP/1.1' | 'HTTP/2';
  open(address: Address, keys: Keys): Client;
  /** The rows it is known to fail, each with the reason. The suite checks that it still fails them. */
  exceptions?: Readonly<Record<string, string>>;
}

/**
 * Quick to ask a silent peer, but patient: client, proxy and service share a process, which a slow machine may hold up.
 * One connection, so that its limits can be seen.
 */
const POOL = { pingAfterMs: 50, killAfterMs: 3000, maxSessions: 1 };

const fcmBy =
  (how: Pick<FcmProviderOptions, 'transport' | 'http2Client'>) =>
  ({ origin, ca, timeoutMs, resolve }: Address, { serviceAccount }: Keys): Client => {
    const pool = { ...POOL, lookup: resolve };
    const provider = createFcmProvider({ ...how, endpoint: origin, extraCa: ca, timeoutMs, pool });
    const off = { chat: false, call: false };
    const credential: FcmCredential = {
      id: 'fcm-1',
      // A token endpoint must have the origin of FCM.
      serviceAccount: { ...serviceAccount, token_uri: `${origin}/token` },
      notificationInPayload: { android: off, ios: off, web: off },
    };
    return client(provider, credential, 'fcm_android');
  };

const apnsBy =
  (how: Pick<ApnsProviderOptions, 'transport' | 'http2Client'>) =>
  ({ origin, ca, timeoutMs, resolve }: Address, { apnsKey }: Keys): Client => {
    const pool = { ...POOL, lookup: resolve };
    const provider = createApnsProvider({ ...how, endpoint: origin, extraCa: ca, timeoutMs, pool });
    const content = { includeContentAvailable: false, includeMutableContent: false };
    const credential: ApnsCredential = { id: 'apns-1', ...apnsKey, productionMode: true, ...content };
    return client(provider, credential, 'apns_ios_device');
  };

function client<Credential>(
  provider: Provider<Credential, DevicePush>,
  credential: Credential,
  platform: DevicePush['device']['platform'],
): Client {
  return {
    send: (token, changes) => {
      const device = { platform, token, registeredAt: 0 };
      return provider.send(
        { ...aPush(token, changes), device, collapseKey: 'message-101', sound: 'default' },
        credential,
      );
    },
    close: () => provider.close(),
  };
}

function openWebhook({ origin, ca, timeoutMs, resolve }: Address): Client {
  const policy = { allowHttp: false, allowCidrs: ['127.0.0.0/8'] };
  const provider = createCustomProvider({ policy, extraCa: ca, timeoutMs, lookup: resolve });
  const webhookURL = `${origin}/webhook/${ENDPOINT}`;
  const credential: CustomCredential = { webhookURL, basicAuth: BASIC_AUTH, signingSecrets: [] };
  return {
    send: (uid, changes) => provider.send(aPush(uid, changes), credential),
    close: () => provider.close(),
  };
}

const OWN_TIMEOUT = 'the SDK has a timeout of its own, 15 s';
const NO_REASON = 'node-apn does not say why a connection failed';
const NO_HEADERS = 'node-apn hides the headers of an answer';
const ABANDONS = 'node-apn abandons the pushes in flight when it gets a GOAWAY or a 500';

/** Every transport of every provider. A new one joins by a line here. */
export const TRANSPORTS: readonly Transport[] = [
  {
    name: 'FCM over our HTTP/2 pool, lean',
    service: 'fcm',
    protocol: 'HTTP/2',
    open: fcmBy({ http2Client: 'lean' }),
  },
  {
    name: 'FCM over our HTTP/2 pool, node',
    service: 'fcm',
    protocol: 'HTTP/2',
    open: fcmBy({ http2Client: 'node' }),
  },
  {
    name: 'FCM by firebase-admin',
    service: 'fcm',
    protocol: 'HTTP/1.1',
    open: fcmBy({ transport: 'firebase-admin' }),
    exceptions: {
      'no answer until the deadline': OWN_TIMEOUT,
      'a TLS handshake that hangs': OWN_TIMEOUT,
      'a reset in the middle of an answer': 'the SDK does not notice it, and waits for its own timeout',
      'an oversized answer': 'the SDK reads the whole of any answer',
      'closing with a push under way': 'the SDK cannot tell its own closing from a reset',
    },
  },
  {
    name: 'APNs over our HTTP/2 pool, lean',
    service: 'apns',
    protocol: 'HTTP/2',
    open: apnsBy({ http2Client: 'lean' }),
  },
  {
    name: 'APNs over our HTTP/2 pool, node',
    service: 'apns',
    protocol: 'HTTP/2',
    open: apnsBy({ http2Client: 'node' }),
  },
  {
    name: 'APNs by node-apn',
    service: 'apns',
    protocol: 'HTTP/2',
    open: apnsBy({ transport: 'apn' }),
    exceptions: {
      'throttled, Retry-After in seconds': NO_HEADERS,
      'throttled, Retry-After as a date': NO_HEADERS,
      'random errors and a long tail of latency': ABANDONS,
      'no answer until the deadline': NO_REASON,
      'an oversized answer': 'node-apn reads the whole of any answer',
      REFUSED_STREAM: 'node-apn does not send a refused push again',
      'GOAWAY every 50 streams': ABANDONS,
      'GOAWAY in two steps every 50 streams': ABANDONS,
      'a peer that answers no ping': 'node-apn keeps a connection that answers no ping',
      'an untrusted certificate': NO_REASON,
      'a TLS handshake that hangs': NO_REASON,
      'a name that is not found': 'node-apn takes no resolver, and does not say why a connection failed',
      'closing with a push under way': NO_REASON,
    },
  },
  { name: 'webhooks', service: 'webhook', protocol: 'HTTP/1.1', open: openWebhook },
];

/** Creates the keys of a simulator. */
export async function createKeys({ fcm, apns }: Simulator): Promise<Keys> {
  const { bundleIds, ...key } = apns.demoApnsKey({ bundleIds: ['com.example.chat'] });
  return {
    serviceAccount: await fcm.demoServiceAccount('chat-prod'),
    apnsKey: { ...key, bundleId: 'com.example.chat' },
  };
}
