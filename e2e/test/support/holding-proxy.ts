import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network that, from a certain byte on, keeps everything a client sends, and delivers it later. */
export interface HoldingProxy extends AsyncDisposable {
  /** The URL of a server through the proxy. */
  through(url: string): string;
  /** Keeps what clients send from this text on, on all connections. Resolves when it has been seen. */
  holdFrom(text: string): Promise<void>;
  /** Delivers what was kept, even of connections that were closed meanwhile, and everything that follows. */
  release(): void;
}

/** Starts a proxy to a server (`redis://host:port`) on a free loopback port. */
export async function startHoldingProxy(target: string): Promise<HoldingProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const links = new Set<{ upstream: Socket; kept: Buffer[] }>();
  const sockets = new Set<Socket>();
  let holding = false;
  let trigger: { text: string; seen(): void } | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(targetPort), hostname);
    const link = { upstream, kept: [] as Buffer[] };
    links.add(link);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    upstream.pipe(client);
    upstream.on('close', () => client.destroy());
    client.on('data', (data: Buffer) => {
      const at = trigger ? data.indexOf(trigger.text) : -1;
      if (at >= 0) {
        upstream.write(data.subarray(0, at));
        link.kept.push(data.subarray(at));
        holding = true;
        trigger?.seen();
        trigger = undefined;
      } else if (holding) link.kept.push(data);
      else upstream.write(data);
    });
    client.on('close', () => {
      if (!holding) upstream.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    through: (url) => Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href,
    holdFrom: (text) =>
      new Promise((seen) => {
        trigger = { text, seen };
      }),
    release: () => {
      holding = false;
      for (const { upstream, kept } of links) for (const data of kept.splice(0)) upstream.write(data);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
