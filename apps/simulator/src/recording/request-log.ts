import type { IncomingHttpHeaders } from 'node:http';
import type { Fate } from '../exchange/perform.ts';

/** A request as it is remembered, whoever it came to. */
export interface StoredRequest {
  /** 1 for the first since its receiver was new or cleared, then one more each. */
  sequence: number;
  /** Epoch ms when its head had come. */
  receivedAt: number;
  method: string;
  /** Of Authorization only the scheme is shown. */
  headers: IncomingHttpHeaders;
  /** The text exactly as it came; empty when it was too large. */
  body: string;
  answered: Fate | 'waiting';
}

/** A request that has no place in a log yet. */
export type Unstored<Request extends StoredRequest> = Omit<Request, 'sequence' | 'answered'>;

/** The share of the memory that is not the body: headers, object, slot. */
const OVERHEAD_BYTES = 1_000;

/** The last requests, bounded in number and in bytes; the oldest are forgotten first. */
export class RequestLog<Request extends StoredRequest> {
  readonly #capacity: number;
  readonly #maxBytes: number;
  /** A ring: a request stands at its sequence modulo capacity. */
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

  /** Those after a sequence number that are still remembered, in order. */
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
