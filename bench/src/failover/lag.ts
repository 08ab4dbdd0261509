import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A Redis server's address whose replicas get what it writes later than its clients do. */
export interface LaggingLink {
  port: number;
  /** From now on, the replicas that follow get nothing. */
  stall(): void;
  close(): void;
}

/**
 * Starts a proxy of a Redis server on loopback that passes replication on after `lagMs`, and everything else at once.
 * What is on its way when the server dies is lost, as with the machine.
 */
export async function startLaggingLink(target: number, lagMs: number): Promise<LaggingLink> {
  const sockets = new Set<Socket>();
  const following = new Set<{ isStalled: boolean }>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
    let isReplication = false;
    const link = { isStalled: false };
    following.add(link);
    client.on('close', () => following.delete(link));
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
    }
    client.on('data', (chunk) => {
      isReplication ||= chunk.includes('PSYNC');
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!isReplication) client.write(chunk);
      else if (!link.isStalled) setTimeout(() => client.write(chunk), lagMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      for (const link of following) link.isStalled = true;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
