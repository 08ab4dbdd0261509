import { once } from 'node:events';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { type Identity, selfSigned } from './certificate.ts';

/** One request as it arrived, over HTTP/2 or HTTP/1.1. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The index of its connection, from 0; -1 for HTTP/1.1. */
  session: number;
}

type Answer = (response: Http2ServerResponse, request: Received) => void;

/** A TLS server on a free port of 127.0.0.1; disposing it ends every connection. */
export interface H2Server extends AsyncDisposable {
  origin: string;
  port: number;
  /** PEM of the authority to trust. */
  ca: string;
  received: Received[];
  sessions: ServerHttp2Session[];
}

const IDENTITY: Identity = selfSigned(['127.0.0.1', 'push.acme.com']);

/** Records each request in full, then lets `answer` reply. Speaks HTTP/2, and HTTP/1.1 to clients that ask for it. */
export async function startH2(answer: Answer, { settings, port = 0 }: H2Options = {}): Promise<H2Server> {
  const received: Received[] = [];
  const sessions: ServerHttp2Session[] = [];
  const sockets = new Set<Socket>();
  const server = createSecureServer({
    ...IDENTITY,
    allowHTTP1: true,
    settings: { maxConcurrentStreams: 1000, ...settings },
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    session.on('error', () => undefined);
    sessions.push(session);
  });
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.stream?.on?.('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const session = sessions.indexOf(request.stream?.session as ServerHttp2Session);
      const entry = { path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString(), session };
      received.push(entry);
      answer(response, entry);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    origin: `https://127.0.0.1:${bound}`,
    port: bound,
    ca: IDENTITY.cert,
    received,
    sessions,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export interface H2Options {
  settings?: Settings;
  /** Default: any free one. */
  port?: number;
}

/** Answers with this status, and JSON if any. */
export const reply = (response: Http2ServerResponse, status: number, json?: unknown, headers = {}): void => {
  response.writeHead(status, headers).end(json === undefined ? '' : JSON.stringify(json));
};

/** The HTTP/2 stream of an answer, for misbehaving. */
export const streamOf = (response: Http2ServerResponse): ServerHttp2Stream => response.stream;
