import type { Resolve } from '@fanfare/providers';
import { readConfig, type Simulator, start } from '@fanfare/simulator/app';
import { startTcpProxy, type TcpProxy } from '@fanfare/testkit';

/** The name of the services in the certificate, besides 127.0.0.1. */
const NAME = 'push.acme.com';

/** Long enough never to be reached on a slow machine. */
const PLENTY_MS = 20_000;

/** What a client needs to reach the services. */
export interface Address {
  /** `https://host:port`, through the proxy. */
  origin: string;
  ca: string;
  timeoutMs: number;
  resolve: Resolve;
}

interface AddressOptions {
  byName?: boolean | undefined;
  timeoutMs?: number | undefined;
}

/** The simulated services, and between them and the client a proxy that can break. */
export class Wire {
  readonly simulator: Simulator;
  readonly proxy: TcpProxy;
  /** Resolves the services' name; a test replaces it to break the name service. */
  resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];

  private constructor(simulator: Simulator, proxy: TcpProxy) {
    this.simulator = simulator;
    this.proxy = proxy;
  }

  static async to(simulator: Simulator): Promise<Wire> {
    return new Wire(simulator, await startTcpProxy(simulator.tlsUrl));
  }

  /** The address of the services: by IP address, or by name. */
  address({ byName = false, timeoutMs = PLENTY_MS }: AddressOptions = {}): Address {
    const { port } = new URL(this.proxy.through(this.simulator.tlsUrl));
    return {
      origin: `https://${byName ? NAME : '127.0.0.1'}:${port}`,
      ca: this.simulator.caPem,
      timeoutMs,
      resolve: (name) => this.resolve(name),
    };
  }

  /** Resets the open connections; returns once this process must have noticed. */
  async reset(): Promise<void> {
    this.proxy.reset();
    await fetch(`${this.simulator.url}/livez`).then((response) => response.text());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
  }
}

/** A simulator with a certificate of its own. Its FCM allows as many streams as its APNs, so that one row fits both. */
export const startServices = (): Promise<Simulator> =>
  start(
    readConfig({
      PORT: '0',
      LOG_LEVEL: 'silent',
      SIMULATOR_TLS_NAMES: NAME,
      SIMULATOR_FCM_MAX_STREAMS: '1000',
    }),
  );
