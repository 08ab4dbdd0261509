import { freePort } from './free-port.ts';
import { NodeProcess } from './node-process.ts';
import type { PushProvider } from './provider.ts';

/** FCM's faults, as the simulator's control API takes them. */
export interface SimulatedFcm extends PushProvider {
  setFaults(faults: object): Promise<void>;
  /** Since the start. */
  counts(): Promise<Counts>;
}

interface Counts {
  /** Answers by status. */
  answered: Record<string, number>;
  acceptedTwice: number;
}

const MAIN = new URL('./main.js', import.meta.resolve('@fanfare/simulator/app'));

/** Starts our simulator as FCM, with the certificate in `folder`. It takes any account. */
export async function startSimulatedFcm(folder: string): Promise<SimulatedFcm> {
  const [port, tlsPort] = [await freePort(), await freePort()];
  const control = `http://127.0.0.1:${port}/control/fcm`;
  const started = await NodeProcess.start(MAIN.pathname, {
    name: `simulator-${port}`,
    folder,
    env: {
      PORT: String(port),
      TLS_PORT: String(tlsPort),
      LOG_LEVEL: 'warn',
      SIMULATOR_TLS_DIR: folder,
      SIMULATOR_TRUST_ANY: 'true',
      SIMULATOR_REMEMBER_REQUESTS: '1',
    },
    readyUrl: `${control}/counts`,
  });
  const counts = () => countsOf(`${control}/counts`);
  return {
    name: 'our simulator',
    url: `https://127.0.0.1:${tlsPort}`,
    webhookUrl: `http://127.0.0.1:${port}/webhook/bench`,
    counts,
    async accepted() {
      const webhooks = await countsOf(`http://127.0.0.1:${port}/control/endpoints/bench/counts`);
      return [await counts(), webhooks].reduce((sum, { answered }) => sum + (answered['200'] ?? 0), 0);
    },
    async setFaults(faults) {
      await fetch(`${control}/faults`, { method: 'PUT', body: JSON.stringify(faults) });
    },
    close: () => started.stop(),
  };
}

const countsOf = async (url: string): Promise<Counts> => (await (await fetch(url)).json()) as Counts;
