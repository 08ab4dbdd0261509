import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Address {
  /** Where to listen: a host name or an IP address. */
  host: string;
  /** 0 for any free port. */
  port: number;
}

export interface Listening {
  /** The port really listened on. */
  port: number;
  /** Stops listening and cuts every connection, busy ones too. Called again, it does nothing more. */
  close(): Promise<void>;
}

/**
 * Makes a server listen.
 *
 * @throws Error naming host and port when it cannot; its `code` is the system's (EADDRINUSE when the port is taken).
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
