import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** How long a client may read an answer that was sent before its body had arrived. */
const LINGER_MS = 1000;

/**
 * Reads no body from the socket before the handler does, except what arrived in one chunk with the headers (64 KiB at
 * most). Otherwise Node fills its buffers while the caller is still being authenticated.
 */
export function holdBodies(server: Server): void {
  server.prependListener('request', (request: IncomingMessage) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    // Its length is not known before it has arrived completely.
    const bytes = encoding === undefined ? Number(length) : Number.POSITIVE_INFINITY;
    // After the chunk has been parsed, and before the next is read.
    if (bytes !== 0) process.nextTick(hold, request, bytes);
  });
}

/** Pauses the socket unless the body has arrived, as usual: it would cost two system calls, and one more to resume. */
function hold(request: IncomingMessage, length: number): void {
  const { complete, readableLength, readableFlowing, socket } = request;
  // Reading the body makes Node resume the socket.
  if (!complete && readableLength !== length && readableFlowing === null) socket.pause();
}

/**
 * Ends the connection with this answer if the body has not arrived completely. Call it before writing the answer.
 * Otherwise Node reads the rest of the body from the socket, however long, only to discard it.
 */
export function closeIfUnread(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  // An injected request has no Node socket.
  if (request.complete || !('destroySoon' in socket)) return;
  response.setHeader('connection', 'close');
  request._read = () => undefined;
  socket.pause();
  // Node may have requested more in this tick; the read starts after it.
  process.nextTick(() => socket.emit('pause'));
  // Closing a socket with unread bytes resets it, and the client may lose the answer, so it gets time to read it.
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  };
}
