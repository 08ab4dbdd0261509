import { type Answer, MAX_BODY_BYTES } from '../http2/connection.ts';
import type { Field } from './hpack/field.ts';

const NOT_MODIFIED = 304;
/** The size of a body's first buffer, which grows as needed: most answers come in one part and need none. */
const FIRST_BUFFER_BYTES = 1024;

/** The answer on one stream as it arrives: https://www.rfc-editor.org/rfc/rfc9113#section-8.1 */
export class AnswerReader {
  #status = 0;
  #retryAfter: string | undefined;
  /** The Content-Length announced. */
  #announced: number | undefined;
  /** The beginning of the body, when it does not come in one part. */
  #kept: Buffer | undefined;
  #length = 0;
  #text = '';

  /** Takes headers: of interim answers, the answer's own, or trailers. False when they are malformed or too large. */
  fields(fields: readonly Field[] | undefined, endStream: boolean): boolean {
    if (fields === undefined) return false;
    return this.#status === 0 ? this.#head(fields, endStream) : endStream && fields.every(isRegular);
  }

  #head(fields: readonly Field[], endStream: boolean): boolean {
    const [first] = fields;
    if (first?.kind !== 'status') return false;
    const status = Number(first.value);
    for (let i = 1; i < fields.length; i += 1) {
      if (!this.#regular(fields[i] as Field)) return false;
    }
    // Of an interim answer nothing is kept; the final one follows. HTTP/2 has no 101.
    if (status < 200) return status !== 101 && !endStream;
    this.#status = status;
    return true;
  }

  #regular(field: Field): boolean {
    if (!isRegular(field)) return false;
    if (field.name === 'retry-after') this.#retryAfter = field.value;
    return field.name !== 'content-length' || this.#announce(field.value);
  }

  #announce(text: string): boolean {
    if (!/^[0-9]{1,15}$/.test(text)) return false;
    this.#announced = Number(text);
    return true;
  }

  /** Takes a part of the body. False when it comes before the headers. */
  body(bytes: Buffer, { start, end, isLast }: { start: number; end: number; isLast: boolean }): boolean {
    if (this.#status === 0) return false;
    if (isLast && this.#length === 0) this.#text = bytes.toString('utf8', start, Math.min(end, start + MAX_BODY_BYTES));
    else if (end > start) this.#keep(bytes, start, end);
    this.#length += end - start;
    return true;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    const room = Math.min(this.#length + end - start, MAX_BODY_BYTES);
    if (this.#kept === undefined || this.#kept.length < room) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_BUFFER_BYTES, 2 * room));
      this.#kept?.copy(larger);
      this.#kept = larger;
    }
    bytes.copy(this.#kept, this.#length, start, end);
  }

  /** Whether the body exceeds what is kept. */
  get isFull(): boolean {
    return this.#length > MAX_BODY_BYTES;
  }

  /** The answer, of which nothing more will be read; undefined when it is incomplete. A full one is cut. */
  finish(): Answer | undefined {
    if (this.#status === 0 || !this.#hasAnnouncedLength) return undefined;
    const body = this.#kept?.toString('utf8', 0, Math.min(this.#length, MAX_BODY_BYTES)) ?? this.#text;
    return { status: this.#status, headers: { 'retry-after': this.#retryAfter }, body };
  }

  get #hasAnnouncedLength(): boolean {
    if (this.#announced === undefined || this.isFull || this.#status === NOT_MODIFIED) return true;
    return this.#announced === this.#length;
  }
}

const isRegular = ({ kind }: Field): boolean => kind === 'regular';
