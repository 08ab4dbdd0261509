import type { IncomingMessage, Server } from 'node:http';

/** The requests of a server that are not answered yet. */
export interface RequestsInHand {
  /**
   * From now on, answers end their connection. A client that keeps its connections then takes its next request
   * elsewhere, and is not cut off in the middle of one by `close`.
   */
  endConnections(): void;
  /**
   * Closes the server. `stopListening` must stop it from accepting connections, and may wait for requests in progress:
   * these are completed, those whose body has not arrived within `bodyGraceMs` are cut off, and so are idle
   * connections.
   */
  close(stopListening: () => PromiseLike<unknown>, bodyGraceMs: number): Promise<void>;
}

/** Tracks the requests of a server, to take it out of service and close it in good order. */
export function followRequests(server: Server): RequestsInHand {
  const inHand = new Set<IncomingMessage>();
  let whenIdle: (() => void) | undefined;
  let isEnding = false;
  // Before the server's own listener, which may answer at once.
  server.prependListener('request', (request, response) => {
    if (isEnding) response.setHeader('connection', 'close');
    inHand.add(request);
    response.once('close', () => {
      inHand.delete(request);
      if (inHand.size === 0) whenIdle?.();
    });
  });
  return {
    endConnections: () => {
      isEnding = true;
    },
    close: async (stopListening, bodyGraceMs) => {
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
    },
  };
}
