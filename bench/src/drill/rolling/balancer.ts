import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 100;

/**
 * A load balancer of connections, as a Kubernetes service is one: a new connection goes to the next instance whose
 * `/readyz` answers 200, one that is open stays where it is, and no request is repeated.
 */
export class Balancer {
  readonly #server: Server;
  readonly #instances: readonly { url: URL; isReady: boolean }[];
  readonly #sockets = new Set<Socket>();
  readonly #stop = new AbortController();
  #turn = 0;

  constructor(urls: readonly string[]) {
    this.#instances = urls.map((url) => ({ url: new URL(url), isReady: true }));
    this.#server = createServer((client) => this.#connect(client));
  }

  /** Its URL, once it listens. */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    for (const instance of this.#instances) void this.#watch(instance);
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves once it has seen all instances ready, as a roll-out waits for it before it stops the next. */
  async allReady(): Promise<void> {
    while (this.#instances.some(({ isReady }) => !isReady)) await delay(LOOK_EVERY_MS);
  }

  close(): void {
    this.#stop.abort();
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #watch(instance: { url: URL; isReady: boolean }): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      instance.isReady = await fetch(new URL('/readyz', instance.url), { signal: AbortSignal.timeout(1000) }).then(
        async (answer) => {
          await answer.arrayBuffer();
          return answer.ok;
        },
        () => false,
      );
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #connect(client: Socket): void {
    const ready = this.#instances.filter(({ isReady }) => isReady);
    const instance = ready[this.#turn++ % Math.max(ready.length, 1)];
    if (instance === undefined) return void client.resetAndDestroy();
    const upstream = connect(Number(instance.url.port), instance.url.hostname);
    this.#join(client, upstream);
    this.#join(upstream, client);
  }

  /** What one end sends or does, the other gets: its bytes, its end, its reset. */
  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.pipe(to);
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => this.#sockets.delete(from));
  }
}
