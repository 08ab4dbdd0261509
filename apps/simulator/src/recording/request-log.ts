import type { IncomingHttpHeaders } from 'node:http';
import type { Fate } from '../exchange/perform.ts';

/** A recorded request to any receiver. */
export interface StoredRequest {
  /** 1 for the first request since its receiver was new or cleared, then counting up. */
  sequence: number;
  /** When its head arrived, epoch ms. */
  receivedAt: number;
  method: string;
  /** Authorization shows only the scheme. */
  headers: IncomingHttpHeaders;
  /** The text exactly as received; empty if it was too large. */
  body: string;
  answered: Fate | 'waiting';
}

/** A request that is not in a log yet. */
export type Unstored<Request extends StoredRequest> = Omit<Request, 'sequence' | 'answered'>;

/** The memory besides the body: headers, object, slot. */
const OVERHEAD_BYTES = 1_000;

/** The latest requests, bounded in number and in bytes; the oldest are forgotten first. */
export class RequestLog<Request extends StoredRequest> {
  readonly #capacity: number;
  readonly #maxBytes: number;
  /** A ring buffer: a request is at its sequence modulo capacity. */
  readonly #slots: (Request | undefined)[] = [];
  #oldest = 1;
  #next = 1;
  #bytes = 0;

  constructor(capacity: number, maxBytes: number) {
    this.#capacity = capacity;
    this.#maxBytes = maxBytes;
  }

  add(request: Unstored<Request>): Request {
    const stored = { sequence: this.#next, ...request, answered: 'waiting' } as Request;
    if (this.#next - this.#oldest === this.#capacity) this.#forget();
    this.#slots[this.#next % this.#capacity] = stored;
    this.#next += 1;
    this.#bytes += bytesOf(stored);
    while (this.#bytes > this.#maxBytes && this.#oldest < stored.sequence) this.#forget();
    return stored;
  }

  /** The remembered requests after a sequence number, in order. */
  *after(sequence: number): Generator<Request> {
    for (let at = Math.max(sequence + 1, this.#oldest); at < this.#next; at++) {
      const stored = this.#slots[at % this.#capacity];
      if (stored) yield stored;
    }
  }

  get forgotten(): number {
    return this.#oldest - 1;
  }

  #forget(): void {
    const slot = this.#oldest % this.#capacity;
    this.#bytes -= bytesOf(this.#slots[slot]);
    this.#slots[slot] = undefined;
    this.#oldest += 1;
  }
}

const bytesOf = (request: StoredRequest | undefined): number => (request ? request.body.length + OVERHEAD_BYTES : 0);
