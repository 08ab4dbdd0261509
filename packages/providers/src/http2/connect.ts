import { isIP } from 'node:net';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import { dial, type Resolve } from '../tcp/dial.ts';

/** How a connection is opened. */
export interface ConnectOptions {
  /** Default: what Node trusts. */
  secureContext?: SecureContext | undefined;
  /** All addresses of a name; default: the system's resolver. */
  lookup?: Resolve | undefined;
}

/** Opens a TCP connection for HTTP/2, before the TLS handshake; rejects with the signal's reason when it aborts. */
export async function connectTo(
  { hostname, port }: URL,
  { secureContext, lookup }: ConnectOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = await dial({ host, port: Number(port) || 443 }, { resolve: lookup, signal });
  return connect({
    socket,
    host,
    ALPNProtocols: ['h2'],
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(secureContext === undefined ? {} : { secureContext }),
  });
}
