import { type Endpoint, type Faults, readConfig, start } from '@fanfare/simulator/app';
import { serve } from '../../child/serve.ts';
import type { Arrival } from '../outside-ledger.ts';
import { BUNDLE_ID } from './bundle-id.ts';

const ENDPOINT = 'drill';

export type Service = 'fcm' | 'apns' | 'webhook';
export type Misbehaviour = '401' | '429' | '503' | 'hang' | 'reset' | 'goaway';

/** Requests need not be kept: each is passed on. */
const simulator = start(
  readConfig({ PORT: '0', LOG_LEVEL: 'warn', SIMULATOR_REMEMBER_REQUESTS: '1', SIMULATOR_REMEMBER_UIDS: '2' }),
);
let arrivals: Arrival[] = [];

/** What a payload says about its event. */
interface Payload {
  message?: { data?: { sentAt?: string } };
  sentAt?: string | number;
  data?: { notificationDetails?: { sentAt?: string } };
}

interface Request {
  receivedAt: number;
  answered: unknown;
  json?: unknown;
}

function record(request: Request, target: string | undefined): void {
  const { receivedAt, answered } = request;
  const isAccepted = typeof answered === 'number' && answered < 300;
  if ((!isAccepted && answered !== 'abandoned') || target === undefined) return;
  const { message, sentAt, data } = (request.json ?? {}) as Payload;
  const ofEvent = message?.data?.sentAt ?? data?.notificationDetails?.sentAt ?? sentAt;
  arrivals.push({
    at: receivedAt,
    sentAt: Number(ofEvent),
    target,
    answer: isAccepted ? 'accepted' : 'unknown',
  });
}

const ready = simulator.then((running) => {
  running.fcm.onRequest((request) => record(request, request.token));
  running.apns.onRequest((request) => record(request, request.token));
  running.endpoint(ENDPOINT).onRequest((request) => record(request, request.uid));
  return running;
});

const calls = {
  async target() {
    const { tlsUrl, caPem, url, fcm, apns } = await ready;
    const { teamId, keyId, p8Key } = apns.demoApnsKey({ bundleIds: [BUNDLE_ID] });
    const serviceAccount = await fcm.demoServiceAccount('drill-project');
    return {
      tlsUrl,
      caPem,
      webhookUrl: `${url}/webhook/${ENDPOINT}`,
      serviceAccount,
      apnsKey: { teamId, keyId, p8Key },
    };
  },

  /** Replaces the faults of a service. */
  async setFaults({ service, faults }: { service: Service; faults: Faults }): Promise<void> {
    const running = await ready;
    if (service !== 'webhook') return running[service].setFaults(faults);
    running.endpoint(ENDPOINT).configure({ faults: faults as Parameters<Endpoint['configure']>[0]['faults'] & object });
  },

  /** Revokes all access tokens of FCM. */
  async expireTokens(): Promise<void> {
    (await ready).fcm.revokeTokens();
  },

  /** How often a service has misbehaved in each way, or refused a credential (`401`). */
  async misbehaved(service: Service): Promise<Record<Misbehaviour, number>> {
    const running = await ready;
    const push = service === 'webhook' ? undefined : running[service].counts();
    const { answered, hung: hang, reset } = push ?? running.endpoint(ENDPOINT).counts();
    const goaway = push?.goAways ?? 0;
    const answers = (status: number) => answered[status] ?? 0;
    return { 401: answers(401), 429: answers(429), 503: answers(503), hang, reset, goaway };
  },

  /** What has arrived since the last call. */
  takeArrivals(): Arrival[] {
    const taken = arrivals;
    arrivals = [];
    return taken;
  },
};

/** FCM, APNs and the webhook, in a process of their own. */
export type SimulatorCalls = typeof calls;

serve(calls);
