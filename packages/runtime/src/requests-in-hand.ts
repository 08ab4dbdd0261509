import type { IncomingMessage, Server } from 'node:http';

/** Closes a server. `stopListening` must stop it from accepting connections, and may wait for requests in progress. */
export type CloseServer = (stopListening: () => PromiseLike<unknown>, bodyGraceMs: number) => Promise<void>;

/**
 * Tracks the requests of a server, to close it in good order: requests in progress are completed, those whose body has
 * not arrived within `bodyGraceMs` are cut off, and so are idle connections.
 */
export function followRequests(server: Server): CloseServer {
  const inHand = new Set<IncomingMessage>();
  let whenIdle: (() => void) | undefined;
  server.on('request', (request, response) => {
    inHand.add(request);
    response.once('close', () => {
      inHand.delete(request);
      if (inHand.size === 0) whenIdle?.();
    });
  });
  return async (stopListening, bodyGraceMs) => {
    const closed = stopListening();
    const cut = setInterval(() => {
      for (const request of inHand) if (!request.complete) request.socket.destroy();
    }, bodyGraceMs);
    await new Promise<void>((resolve) => {
      whenIdle = resolve;
      if (inHand.size === 0) resolve();
    });
    clearInterval(cut);
    server.closeAllConnections();
    await closed;
  };
}
