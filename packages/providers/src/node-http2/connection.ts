import { type ClientHttp2Session, connect, constants } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type {
  Cancellable,
  ConnectionListener,
  Exchange,
  Http2Connection,
  OpenConnection,
  OpenOptions,
} from '../http2/connection.ts';
import { exchange } from './exchange.ts';

/** Node's default of 10 MB per session ends in ENHANCE_YOUR_CALM with a thousand streams in flight. */
const MAX_SESSION_MEMORY_MB = 128;

/** Opens a connection on Node's own HTTP/2 client. */
export const openNode: OpenConnection = (socket, options, listener) => new NodeConnection(socket, options, listener);

/** A session of node:http2. */
class NodeConnection implements Http2Connection {
  readonly #socket: TLSSocket;
  readonly #session: ClientHttp2Session;
  readonly #listener: ConnectionListener;

  constructor(socket: TLSSocket, { origin, startStreams }: OpenOptions, listener: ConnectionListener) {
    this.#socket = socket;
    this.#listener = listener;
    this.#session = connect(origin, {
      createConnection: () => socket,
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
      peerMaxConcurrentStreams: startStreams,
      settings: { enablePush: false },
    });
    this.#session.on('connect', () => listener.connected());
    this.#session.on('remoteSettings', () => listener.room());
    this.#session.on('goaway', (_code, lastStreamId) => listener.goaway(lastStreamId));
    this.#session.on('error', (error) => listener.failed(error));
  }

  get streamLimit(): number | undefined {
    return this.#session.remoteSettings.maxConcurrentStreams;
  }

  get isOpen(): boolean {
    return !this.#session.closed && !this.#session.destroyed;
  }

  send(its: Exchange): Cancellable {
    const stream = exchange(this.#session, its, () => this.#listener.received());
    return { cancel: () => stream.close(constants.NGHTTP2_CANCEL) };
  }

  ping(answered: () => void): void {
    if (this.#session.destroyed) return;
    // An error means that the session is closing, which reports itself.
    this.#session.ping((error) => {
      if (error === null) answered();
    });
  }

  /** node:http2 alone would wait for the server to close its side, however long that takes. */
  close(): void {
    this.#session.close();
    this.#socket.destroySoon();
  }

  destroy(error: Error): void {
    this.#session.destroy(error, constants.NGHTTP2_CANCEL);
    this.#socket.destroy();
  }
}
