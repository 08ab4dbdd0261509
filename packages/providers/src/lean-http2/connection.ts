import type { TLSSocket } from 'node:tls';
import type {
  Cancellable,
  ConnectionListener,
  Exchange,
  Http2Connection,
  OpenConnection,
  OpenOptions,
} from '../http2/connection.ts';
import { ErrorCode, MAX_31_BITS } from './codes.ts';
import { ClientProtocol } from './protocol.ts';
import { Violation } from './violation.ts';

/** Unsent bytes above which the socket is given no further requests. */
const FULL_BYTES = 256 * 1024;
/** How long a server that broke the protocol has to take our GOAWAY, milliseconds. */
const GOODBYE_MS = 1000;

/** Opens a connection whose frames we write and read ourselves. */
export const openLean: OpenConnection = (socket, options, listener) => new LeanConnection(socket, options, listener);

/** `ClientProtocol` on a TLS socket. All frames of one tick are written together. */
class LeanConnection implements Http2Connection {
  readonly #socket: TLSSocket;
  readonly #protocol: ClientProtocol;
  readonly #listener: ConnectionListener;
  #state: 'connecting' | 'open' | 'over' = 'connecting';
  #isFlushing = false;

  constructor(socket: TLSSocket, { origin }: OpenOptions, listener: ConnectionListener) {
    this.#socket = socket;
    this.#listener = listener;
    this.#protocol = new ClientProtocol(new URL(origin).host, {
      wrote: () => this.#flushSoon(),
      room: () => listener.room(),
      goaway: (lastStreamId) => listener.goaway(lastStreamId),
      failed: (error) => this.#fail(error),
    });
    socket.on('secureConnect', () => this.#connected());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('drain', () => listener.room());
    socket.on('error', (error) => this.#fail(error));
    socket.on('end', () => this.#fail(closed()));
    socket.on('close', () => this.#fail(closed()));
  }

  get streamLimit(): number | undefined {
    return this.#protocol.streamLimit;
  }

  get isOpen(): boolean {
    return this.#state === 'open' && this.#socket.writableLength < FULL_BYTES && !this.#protocol.isExhausted;
  }

  send(exchange: Exchange): Cancellable {
    const stream = this.#protocol.send(exchange);
    // As if the server had said goodbye: the streams so far are answered, later ones take another connection.
    if (this.#protocol.isExhausted) this.#listener.goaway(MAX_31_BITS);
    return stream;
  }

  ping(answered: () => void): void {
    if (this.#state === 'open') this.#protocol.ping(answered);
  }

  close(): void {
    this.#leave(ErrorCode.NO_ERROR, closed());
  }

  destroy(error: Error): void {
    this.#over(error);
    this.#socket.destroy();
  }

  #connected(): void {
    if (this.#socket.alpnProtocol !== 'h2') {
      this.#fail(http2Error('the server does not speak HTTP/2'));
      return;
    }
    this.#state = 'open';
    this.#protocol.start();
    this.#listener.connected();
  }

  #receive(chunk: Buffer): void {
    this.#listener.received();
    try {
      this.#protocol.receive(chunk);
    } catch (error) {
      if (error instanceof Violation) this.#violated(error);
      else this.#fail(error as Error);
    }
  }

  #violated({ code, message }: Violation): void {
    const error = http2Error(message);
    this.#listener.failed(error);
    this.#leave(code, error);
  }

  #fail(error: Error): void {
    if (this.#state === 'over') return;
    this.#listener.failed(error);
    this.destroy(error);
  }

  /** Ends the connection, with a GOAWAY that the server may take or not. */
  #leave(code: number, error: Error): void {
    if (this.#state === 'over') return;
    this.#protocol.goodbye(code);
    this.#flush();
    this.#over(error);
    this.#socket.destroySoon();
    const patience = setTimeout(() => this.#socket.destroy(), GOODBYE_MS);
    this.#socket.once('close', () => clearTimeout(patience));
  }

  #over(error: Error): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#protocol.end(error);
  }

  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushing = false;
    const bytes = this.#protocol.output.take();
    if (bytes === undefined || this.#state !== 'open') return;
    this.#socket.write(bytes);
  }
}

/** With the codes that node:http2 gives, so that both clients report the same. */
const http2Error = (message: string): Error => Object.assign(new Error(message), { code: 'ERR_HTTP2_ERROR' });
const closed = (): Error => Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
