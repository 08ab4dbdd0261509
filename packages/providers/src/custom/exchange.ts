import type { Dispatcher } from 'undici';
import { WithheldError } from '../wire/withheld.ts';
import type { DeadlineError, Deadlines, Expiring } from './deadline.ts';
import { statusBefore } from './wire-answers.ts';

/** One request. */
export interface Request extends Pick<Dispatcher.DispatchOptions, 'path' | 'method' | 'body'> {
  origin: string;
  /** Names and values in turn: cheaper for undici than an object. */
  headers: string[];
  /** Called right before it is written, after the wait for a connection; false: it is not written. */
  mayLeave?: (() => boolean) | undefined;
}

/** An answer, from its status on. */
interface Answer {
  kind: 'answered';
  status: number;
  retryAfter: string | undefined;
  /** The beginning of the body; empty when it broke off. */
  body(): string;
  /** Why the answer is malformed or broke off after its status; undefined: it is complete, or longer than we read. */
  broken: unknown;
}

/** How an exchange ended. After an error the request may be sent again. */
export type Ended = Answer | { kind: 'failed'; error: unknown };

/** The bounds of one exchange. */
interface Bounds {
  /** For the whole of it: DNS, connect, TLS, headers and body. */
  deadlines: Deadlines;
  /** The most bytes of the body that are read. */
  maxBytes: number;
}

/**
 * Sends one request and reads its answer; never rejects. A request counts as answered once its status is read, even if
 * the rest is malformed or breaks off. It has failed when there is no status, or the answer drips past the deadline.
 * Uses undici's `dispatch`, which costs less than its `request`: no stream for the body, no signal.
 */
export const exchange = (agent: Pick<Dispatcher, 'dispatch'>, request: Request, bounds: Bounds): Promise<Ended> =>
  new Promise((resolve) => {
    const running = new Exchange(request.mayLeave, bounds, resolve);
    bounds.deadlines.add(running);
    agent.dispatch(request, running);
  });

/** An exchange on its way, and its own answer: whatever ends it first decides, and releases the connection. */
class Exchange implements Dispatcher.DispatchHandler, Expiring, Answer {
  readonly kind = 'answered';
  status = 0;
  retryAfter: string | undefined;
  broken: unknown;
  readonly #mayLeave: (() => boolean) | undefined;
  readonly #bounds: Bounds;
  readonly #done: (end: Ended) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #chunks: Buffer[] | undefined;
  #length = 0;
  #ended: Error | undefined;

  constructor(mayLeave: (() => boolean) | undefined, bounds: Bounds, done: (end: Ended) => void) {
    this.#mayLeave = mayLeave;
    this.#bounds = bounds;
    this.#done = done;
  }

  body(): string {
    if (this.broken !== undefined || this.#chunks === undefined) return '';
    return Buffer.concat(this.#chunks).toString('utf8', 0, this.#bounds.maxBytes);
  }

  /** undici notices an end only here while a request waits for a connection; an error leaves the connection intact. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#mayLeave?.() === false) throw new WithheldError();
    this.#controller = controller;
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.status = status;
    const retryAfter = headers['retry-after'];
    this.retryAfter = Array.isArray(retryAfter) ? retryAfter[0] : retryAfter;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks ??= [];
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length <= this.#bounds.maxBytes) return;
    // The rest is not read, at the price of the connection.
    this.#end(ANSWERED, this);
    this.#controller?.abort(ANSWERED);
  }

  onResponseEnd(): void {
    this.#end(ANSWERED, this);
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#ended !== undefined) return;
    this.status ||= statusBefore(error) ?? 0;
    this.broken = error;
    this.#end(error, this.status === 0 ? { kind: 'failed', error } : this);
  }

  expire(error: DeadlineError): void {
    this.#end(error, { kind: 'failed', error });
    this.#controller?.abort(error);
  }

  #end(why: Error, end: Ended): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#bounds.deadlines.remove(this);
    this.#done(end);
  }
}

/** Ends what is left of an exchange after its answer. */
const ANSWERED = new Error('answered');
