import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Address {
  /** A host name or an IP address. */
  host: string;
  /** 0: any free port. */
  port: number;
}

export interface Listening {
  /** The actual port. */
  port: number;
  /** Stops listening and closes every connection, also busy ones. Further calls do nothing. */
  close(): Promise<void>;
}

/**
 * Makes a server listen.
 *
 * @throws Error naming host and port if it cannot; `code` is the system's (EADDRINUSE if the port is taken).
 */
export async function listen(server: HttpServer | HttpsServer, { host, port }: Address): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    const refused = (cause: NodeJS.ErrnoException) =>
      reject(
        Object.assign(new Error(`cannot listen on ${host}:${port} (${cause.code})`, { cause }), { code: cause.code }),
      );
    server.once('error', refused);
    server.listen(port, host, () => {
      server.off('error', refused);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closing ??= shut(server);
      return closing;
    },
  };
}

const shut = (server: HttpServer | HttpsServer): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
