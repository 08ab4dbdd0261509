import { createServer as createHttp1Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Exchange } from '../exchange/exchange.ts';
import { Http1Exchange } from '../exchange/http1.ts';
import { Http2Exchange } from '../exchange/http2.ts';
import type { ServerIdentity } from './certificate.ts';

export interface TlsServerOptions {
  identity: ServerIdentity;
  /** The initial limit of concurrent requests per connection. */
  maxStreams: number;
  keepAliveMs: number;
  handle(exchange: Exchange): void;
}

/** The memory for all streams of a connection, in MB; the default of 10 refuses streams long before their limit. */
const MAX_SESSION_MB = 1_000;
/** Streams after our GOAWAY are refused; a client that opens many of them is not an attacker. */
const MAX_REJECTED_STREAMS = 1_000_000;

/**
 * Serves HTTP/2 and HTTP/1.1 on one port, chosen by ALPN. TLS is separate from HTTP so that HTTP/2 streams do not pass
 * through node:http's compatibility layer, which `allowHTTP1` of node:http2 would impose on all of them.
 */
export function tlsServer({ identity, maxStreams, keepAliveMs, handle }: TlsServerOptions): HttpsServer {
  const http1 = createHttp1Server({ keepAliveTimeout: keepAliveMs }, (request, response) =>
    handle(new Http1Exchange(request, response)),
  );
  const http2 = createHttp2Server({
    settings: { maxConcurrentStreams: maxStreams },
    maxSessionMemory: MAX_SESSION_MB,
    maxSessionRejectedStreams: MAX_REJECTED_STREAMS,
  });
  http2.on('stream', (stream, headers) => {
    if (stream.session) handle(new Http2Exchange(stream, stream.session, headers));
  });
  const server = createTlsServer(
    { key: identity.keyPem, cert: identity.certPem, ALPNProtocols: ['h2', 'http/1.1'] },
    (socket) => {
      (socket.alpnProtocol === 'h2' ? http2 : http1).emit('connection', socket);
    },
  );
  const sockets = new Set<Socket>();
  // Before the TLS handshake completes, because the caller may disconnect during it.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
  });
  // Everything that `listen` of the runtime needs from a node:https server beyond node:tls.
  const closeAllConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return Object.assign(server, { closeAllConnections }) as unknown as HttpsServer;
}
