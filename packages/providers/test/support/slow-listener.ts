import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** A listener in front of a server on 127.0.0.1 that accepts no connection for a while. */
export interface SlowListener extends AsyncDisposable {
  port: number;
}

/** Twice the time Node's own `autoSelectFamily` gives an address. */
const CLOSED_MS = 500;

/**
 * Runs in its own thread, which it blocks: connections wait in the backlog of two; the kernel drops further ones, and
 * their sender retries after a second.
 */
const LISTENER = `
const { parentPort, workerData } = require('node:worker_threads');
const { connect, createServer } = require('node:net');
const server = createServer((client) => {
  const target = connect(workerData.targetPort, '127.0.0.1');
  for (const [from, to] of [[client, target], [target, client]]) {
    from.on('error', () => undefined);
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => parentPort.postMessage(server.address().port));
parentPort.once('message', () => {
  parentPort.postMessage('closed');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData.closedMs);
});
`;

export async function startSlowListener(targetPort: number): Promise<SlowListener> {
  const worker = new Worker(LISTENER, { eval: true, workerData: { targetPort, closedMs: CLOSED_MS } });
  const [port] = (await once(worker, 'message')) as [number];
  worker.postMessage('close');
  await once(worker, 'message');
  const crowd = await fill(port);
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of crowd) socket.destroy();
      await worker.terminate();
    },
  };
}

/** Fills the backlog. */
async function fill(port: number): Promise<Socket[]> {
  const crowd: Socket[] = [];
  for (let i = 0; i < 2; i += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    crowd.push(socket);
    await once(socket, 'connect');
  }
  return crowd;
}

/** The slow listener first, then an address of this machine without a listener. */
export const slowThenUnreachable = async () => ['127.0.0.1', '127.0.0.3'].map((address) => ({ address, family: 4 }));
