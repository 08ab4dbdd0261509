import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** How long a client may read an answer that was given before its body had arrived. */
const LINGER_MS = 1000;

/**
 * Takes nothing of a body from the socket until it is read, but what came in one chunk with the headers (64 KiB at most):
 * Node would fill its buffers while the caller is still being checked.
 */
export function holdBodies(server: Server): void {
  server.prependListener('request', (request: IncomingMessage) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    // Whoever reads the body makes Node resume the socket.
    if (encoding !== undefined || length !== '0') request.socket.pause();
  });
}

/**
 * Ends the connection with this answer if the body has not arrived completely; to be called before the answer is
 * written. Otherwise Node would take the rest of the body from the socket, however long, only to discard it.
 */
export function closeIfUnread(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  // A request that was injected has no socket of Node's.
  if (request.complete || !('destroySoon' in socket)) return;
  response.setHeader('connection', 'close');
  request._read = () => undefined;
  socket.pause();
  // Node may have asked for more in this very tick, which only starts the reading after it.
  process.nextTick(() => socket.emit('pause'));
  // A socket that is closed with unread bytes is reset, and the client may lose the answer: it gets time to read it.
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  };
}
