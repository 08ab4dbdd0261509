import { DEFAULT_WINDOW, MAX_31_BITS, MAX_FRAME_SIZE } from './codes.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Stream } from './stream.ts';

/** Sends bodies as far as the server's windows allow: https://www.rfc-editor.org/rfc/rfc9113#section-5.2 */
export class BodySender {
  readonly #output: FrameWriter;
  /** What the server allows on the whole connection. */
  #window = DEFAULT_WINDOW;
  /** Streams with a rest, in the order of their requests. */
  readonly #waiting = new Set<Stream>();

  constructor(output: FrameWriter) {
    this.#output = output;
  }

  /** Begins a body that is not empty. */
  send(stream: Stream, body: Buffer | string): void {
    if (typeof body === 'string' && this.#surelyFits(stream, body)) {
      const length = this.#output.text(stream.id, body);
      stream.window -= length;
      this.#window -= length;
      return;
    }
    stream.rest = { body: typeof body === 'string' ? Buffer.from(body) : body, from: 0 };
    this.#waiting.add(stream);
    this.#continue(stream);
  }

  /** A character takes three bytes at most. Others wait their turn first. */
  #surelyFits(stream: Stream, body: string): boolean {
    const most = 3 * body.length;
    return most <= MAX_FRAME_SIZE && most <= stream.window && most <= this.#window && this.#waiting.size === 0;
  }

  /** The stream is over, whether its body was sent or not. */
  forget(stream: Stream): void {
    if (stream.rest !== undefined) this.#waiting.delete(stream);
  }

  /** The server has enlarged a stream's window, or changed the initial one. False when it becomes too large. */
  enlarge(stream: Stream, increment: number): boolean {
    stream.window += increment;
    if (stream.window > MAX_31_BITS) return false;
    if (stream.rest !== undefined) this.#continue(stream);
    return true;
  }

  /** The server has enlarged the connection's window. False when it becomes too large. */
  enlargeConnection(increment: number): boolean {
    this.#window += increment;
    if (this.#window > MAX_31_BITS) return false;
    for (const stream of this.#waiting) {
      if (this.#window === 0) break;
      this.#continue(stream);
    }
    return true;
  }

  #continue(stream: Stream): void {
    const { rest } = stream;
    while (rest !== undefined && rest.from < rest.body.length) {
      const length = Math.min(rest.body.length - rest.from, stream.window, this.#window, MAX_FRAME_SIZE);
      if (length <= 0) return;
      this.#output.data(stream.id, rest.body, { from: rest.from, to: rest.from + length });
      rest.from += length;
      stream.window -= length;
      this.#window -= length;
    }
    stream.rest = undefined;
    this.#waiting.delete(stream);
  }
}
