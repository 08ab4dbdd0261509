import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * One address in front of changing servers, like a load balancer or a DNS name: for tests of failover and broken
 * networks.
 */
export interface TcpProxy extends AsyncDisposable {
  /** The URL of a server through the proxy. */
  through(url: string): string;
  /** Directs new connections to the server of this URL; open ones stay. */
  pointTo(url: string): void;
  /** Blocks all traffic on open connections without closing them; new ones work. */
  silence(): void;
  /** Resets all open connections, like a firewall that has forgotten them; new ones work. */
  reset(): void;
  /** Bytes passed on to clients so far. */
  readonly bytesToClients: number;
  /** The number of connections opened so far. */
  readonly opened: number;
}

/** Starts a proxy to a server (`redis://host:port` or `https://host:port`) on a free loopback port. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  let url = new URL(target);
  let opened = 0;
  let bytesToClients = 0;
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    opened++;
    clients.add(client.on('close', () => clients.delete(client)));
    const upstream = connect(Number(url.port), url.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    upstream.on('data', (chunk) => {
      bytesToClients += chunk.length;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    through: (original) => Object.assign(new URL(original), { host: `127.0.0.1:${port}` }).href,
    pointTo: (other) => {
      url = new URL(other);
    },
    silence: () => {
      for (const socket of sockets) socket.unpipe().resume();
    },
    reset: () => {
      for (const client of clients) client.resetAndDestroy();
    },
    get bytesToClients() {
      return bytesToClients;
    },
    get opened() {
      return opened;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
