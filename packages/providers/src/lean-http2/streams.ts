import type { Exchange } from '../http2/connection.ts';
import { DEFAULT_WINDOW, ErrorCode, MAX_31_BITS } from './codes.ts';
import { Stream } from './stream.ts';
import { protocolError, Violation } from './violation.ts';

/** How many of the streams that we reset are remembered. Of earlier ones, too, frames are ignored. */
const MAX_RESET = 1000;

/** The streams of a connection, all of them ours: https://www.rfc-editor.org/rfc/rfc9113#section-5.1 */
export class Streams {
  readonly #open = new Map<number, Stream>();
  /** Streams that we reset: the server may have sent frames before it noticed. */
  readonly #reset = new Set<number>();
  /** Those up to this id may have been reset. */
  #forgotten = 0;
  #nextId = 1;
  /** The window of new streams, by the server's SETTINGS_INITIAL_WINDOW_SIZE. */
  initialWindow = DEFAULT_WINDOW;

  /** No stream can be opened any longer. */
  get isExhausted(): boolean {
    return this.#nextId > MAX_31_BITS;
  }

  open(exchange: Exchange, cancel: (stream: Stream) => void): Stream {
    const stream = new Stream(this.#nextId, this.initialWindow, exchange, cancel);
    this.#nextId += 2;
    this.#open.set(stream.id, stream);
    return stream;
  }

  /** All open streams, oldest first. */
  all(): Iterable<Stream> {
    return this.#open.values();
  }

  isOpen(stream: Stream): boolean {
    return this.#open.has(stream.id);
  }

  /** The stream of a frame; undefined when it is over. Throws a `Violation` when it never was. */
  find(id: number): Stream | undefined {
    const stream = this.#open.get(id);
    if (stream === undefined && (id >= this.#nextId || id % 2 === 0))
      throw protocolError(`a frame on idle stream ${id}`);
    return stream;
  }

  /** Like `find`, for a frame that the server must not send once it has ended the stream. */
  findReceiving(id: number): Stream | undefined {
    const stream = this.find(id);
    if (stream !== undefined || this.#reset.has(id) || id <= this.#forgotten) return stream;
    throw new Violation(ErrorCode.STREAM_CLOSED, `a frame on closed stream ${id}`);
  }

  /** The server has ended the stream. */
  close(stream: Stream): void {
    this.#open.delete(stream.id);
  }

  /** We have ended the stream. */
  reset(stream: Stream): void {
    this.#open.delete(stream.id);
    this.#reset.add(stream.id);
    if (this.#reset.size <= MAX_RESET) return;
    const [oldest] = this.#reset;
    this.#reset.delete(oldest as number);
    this.#forgotten = Math.max(this.#forgotten, oldest as number);
  }
}
