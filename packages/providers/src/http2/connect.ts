import { isIP } from 'node:net';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';

/** Opens a TLS connection for HTTP/2; without `secureContext` it trusts what Node trusts. */
export function connectTo({ hostname, port }: URL, secureContext: SecureContext | undefined): TLSSocket {
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({
    host,
    port: port === '' ? 443 : Number(port),
    ALPNProtocols: ['h2'],
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(secureContext === undefined ? {} : { secureContext }),
  });
  return socket.setNoDelay();
}
