import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the ports from which systems take those of outgoing connections: they would take a stopped server's. */
const FIRST = 20_000;
const COUNT = 12_000;

/** Each process begins elsewhere: a port is free again for a moment before its server has it. */
let looked = process.pid * 50;

/** Loopback ports that are free now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const held: { port: number; server: Server }[] = [];
  while (held.length < count) {
    const port = FIRST + (looked++ % COUNT);
    const server = createServer().listen(port, '127.0.0.1');
    if (await isListening(server)) held.push({ port, server });
  }
  await Promise.all(held.map(({ server }) => once(server.close(), 'close')));
  return held.map(({ port }) => port);
}

/** False if another has the port. */
const isListening = (server: Server): Promise<boolean> =>
  once(server, 'listening').then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return false;
      throw error;
    },
  );
