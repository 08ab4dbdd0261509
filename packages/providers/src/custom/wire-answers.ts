import type { Socket } from 'node:net';
import { errors } from 'undici';

/** Bytes of the status line that contain the status. */
const STATUS_LENGTH = 'HTTP/1.1 200'.length;
const END_OF_HEAD = /\r?\n\r?\n/;
/** An interim answer beyond this is left to undici, which refuses heads of this size. */
const MAX_INTERIM_BYTES = 16 * 1024;
const NOTHING = Buffer.alloc(0);

/** The status in the first bytes of an answer, 0 if there is none: https://www.rfc-editor.org/rfc/rfc9112#section-4 */
const statusIn = (head: Buffer): number =>
  Number(/^HTTP\/\d\.\d (\d{3})/.exec(head.toString('latin1', 0, STATUS_LENGTH))?.[1] ?? 0);

/** The status of the answer during which an error happened. */
const statuses = new WeakMap<Error, number>();

/**
 * The status read before a connection failed; undefined when there was none. From its status on, a request counts as
 * answered, whatever follows.
 */
export const statusBefore = (error: unknown): number | undefined => statuses.get(error as Error);

/**
 * Watches the answers that undici reads from a connection with one request at a time. Drops interim answers: undici
 * ends the connection at an unsolicited `100 Continue`, which servers may send
 * (https://www.rfc-editor.org/rfc/rfc9110#section-15.2), and an accepted request would be sent again. Keeps the status
 * of the final one for `statusBefore`.
 */
export function watchAnswers(socket: Socket): Socket {
  let head: AnswerHead | undefined;
  const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean;
  socket.write = (...parts: unknown[]): boolean => {
    head = new AnswerHead();
    return write(...parts);
  };
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  socket.read = (size?: number): Buffer | null => {
    for (;;) {
      const chunk = read(size);
      if (chunk === null || head === undefined || head.status !== undefined) return chunk;
      const rest = head.take(chunk);
      if (rest.length > 0) return rest;
    }
  };
  return socket.prependListener('error', (error) => {
    // Closing the agent gives all its connections the same error.
    if (head?.status && !(error instanceof errors.ClientDestroyedError)) statuses.set(error, head.status);
  });
}

/** The beginning of one answer, as it arrives. */
class AnswerHead {
  /** The final answer's status; 0 when it does not start like one. Undefined until known. */
  status: number | undefined;
  #held: Buffer = NOTHING;

  /** Takes the next bytes; returns those of the final answer. */
  take(chunk: Buffer): Buffer {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (this.#held.length >= STATUS_LENGTH) {
      const status = statusIn(this.#held);
      const isInterim = status >= 100 && status < 200 && status !== 101;
      if (!isInterim || this.#held.length > MAX_INTERIM_BYTES) return this.#release(status);
      const end = END_OF_HEAD.exec(this.#held.toString('latin1'));
      if (end === null) return NOTHING;
      this.#held = this.#held.subarray(end.index + end[0].length);
    }
    return NOTHING;
  }

  #release(status: number): Buffer {
    this.status = status;
    return this.#held;
  }
}
