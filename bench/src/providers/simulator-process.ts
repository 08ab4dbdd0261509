import { type Endpoint, type PushService, readConfig, type Simulator, start } from '@fanfare/simulator/app';
import { serve } from '../child/serve.ts';
import type { Service, Target } from './client.ts';

const ENDPOINT = 'bench';

/** It need not keep requests; only the last body shows their size. */
const simulator = start(
  readConfig({
    PORT: '0',
    LOG_LEVEL: 'warn',
    SIMULATOR_TRUST_ANY: 'true',
    SIMULATOR_TLS_NAMES: 'fcm.googleapis.com',
    SIMULATOR_REMEMBER_REQUESTS: '1',
  }),
);

/** The counts of a service since its last reset. */
export interface Seen {
  accepted: number;
  acceptedTwice: number;
  /** The size of the last body. */
  bodyBytes: number;
}

const calls = {
  async target(): Promise<Target> {
    const { tlsUrl, caPem, url, fcm, apns } = await simulator;
    const bundleId = 'com.example.chat';
    const { teamId, keyId, p8Key } = apns.demoApnsKey({ bundleIds: [bundleId] });
    const serviceAccount = await fcm.demoServiceAccount('demo-project');
    const apnsKey = { teamId, keyId, bundleId, p8Key };
    return { tlsUrl, caPem, webhookUrl: `${url}/webhook/${ENDPOINT}`, serviceAccount, apnsKey };
  },

  /** Resets all counts and sets the latency of every answer. */
  async reset({ latencyMs }: { latencyMs: number }): Promise<void> {
    const { fcm, apns, endpoint } = await simulator;
    for (const service of [fcm, apns]) {
      service.clear();
      service.setFaults({ latencyMs: { min: latencyMs, max: latencyMs } });
    }
    endpoint(ENDPOINT).clear();
    endpoint(ENDPOINT).configure({ behaviour: { latencyMs } });
  },

  async seen({ service }: { service: Service }): Promise<Seen> {
    const receiver = receiverOf(await simulator, service);
    const { answered, acceptedTwice } = receiver.counts();
    const bodyBytes = Buffer.byteLength(receiver.requests().at(-1)?.body ?? '');
    return { accepted: answered['200'] ?? 0, acceptedTwice, bodyBytes };
  },
};

const receiverOf = (running: Simulator, service: Service): PushService | Endpoint =>
  service === 'webhook' ? running.endpoint(ENDPOINT) : running[service];

/** The simulated services, in a separate process. */
export type SimulatorCalls = typeof calls;

serve(calls);
