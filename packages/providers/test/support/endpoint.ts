import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Identity } from './certificate.ts';

/** One request as it arrived. */
interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server on a free port of 127.0.0.1; disposing it ends every connection. */
export interface Endpoint extends AsyncDisposable {
  port: number;
  /** Connections accepted so far. */
  connections(): number;
}

export interface HttpEndpoint extends Endpoint {
  url: string;
  received: Received[];
}

type Answer = (response: ServerResponse, request: Received) => void;

/** An HTTP endpoint that records each request in full and then lets `answer` reply; HTTPS when given an identity. */
export async function startEndpoint(answer: Answer, identity?: Identity): Promise<HttpEndpoint> {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const entry = { method, path, headers, body: Buffer.concat(chunks).toString() };
      received.push(entry);
      answer(response, entry);
    });
  };
  const server = identity === undefined ? createServer(listener) : createSecureServer(identity, listener);
  const endpoint = await listen(server);
  const scheme = identity === undefined ? 'http' : 'https';
  return { ...endpoint, url: `${scheme}://127.0.0.1:${endpoint.port}/hook`, received };
}

/** A TCP server that hands every connection to `talk`. */
export const startTcp = (talk: (socket: Socket) => void, where: Where = {}): Promise<Endpoint> =>
  listen(createTcpServer(talk), where);

/** Default: any free port of 127.0.0.1. */
interface Where {
  host?: string;
  port?: number;
}

async function listen(server: Server, { host = '127.0.0.1', port = 0 }: Where = {}): Promise<Endpoint> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
