import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from '@fanfare/runtime';
import { parseJson } from '../http.ts';
import { RequestLog, type StoredRequest, type Unstored } from './request-log.ts';
import { type Ending, Tally } from './tally.ts';

/** The memory for bodies and headers, per receiver. */
const MAX_LOG_BYTES = 64 * 1_048_576;

/** A request as returned: the record with the body parsed. */
export type Shown<Request extends StoredRequest> = Request & {
  /** The body; undefined if it is not JSON. */
  json: unknown;
};

export interface RecorderOptions<Request extends StoredRequest> {
  /** The number of requests to keep in full. */
  rememberRequests: number;
  /** The number of addressees, and of accepted deliveries, to remember. */
  rememberAddressees: number;
  addresseeOf(request: Unstored<Request>): string | undefined;
  log: Logger;
  /** The receiver's name for the log. */
  name: string;
}

/** The requests to return. */
export interface Selection {
  addressee?: string | undefined;
  /** Only requests with a higher sequence number; default 0. */
  after?: number | undefined;
  /** The maximum number; default: all. */
  limit?: number | undefined;
}

/** Replaced as a whole by `clear`; a request in progress counts where it was received. */
interface Memory<Request extends StoredRequest> {
  readonly tally: Tally;
  readonly requests: RequestLog<Request>;
}

/** A received request that has not ended yet. */
export interface Pending<Request extends StoredRequest> {
  readonly request: Request;
  /** Call it once. */
  settle(ending: Ending): void;
}

/** Records the requests of one receiver and their ends: stores, counts, and calls the listeners. */
export class Recorder<Request extends StoredRequest> {
  readonly #options: RecorderOptions<Request>;
  readonly #listeners = new Set<(request: Shown<Request>) => void>();
  #memory: Memory<Request>;

  constructor(options: RecorderOptions<Request>) {
    this.#options = options;
    this.#memory = emptyMemory(options);
  }

  receive(request: Unstored<Request>): Pending<Request> {
    const memory = this.#memory;
    const stored = memory.requests.add(request);
    memory.tally.received(this.#options.addresseeOf(request));
    return { request: stored, settle: (ending) => this.#settle(memory.tally, stored, ending) };
  }

  requests({ addressee, after = 0, limit = Number.POSITIVE_INFINITY }: Selection = {}): Shown<Request>[] {
    const found: Shown<Request>[] = [];
    for (const stored of this.#memory.requests.after(after)) {
      if (found.length >= limit) break;
      if (addressee === undefined || this.#options.addresseeOf(stored) === addressee) found.push(shown(stored));
    }
    return found;
  }

  get tally(): Tally {
    return this.#memory.tally;
  }

  /** The number of forgotten requests. */
  get forgotten(): number {
    return this.#memory.requests.forgotten;
  }

  /** Clears requests and counts; listeners stay. */
  clear(): void {
    this.#memory = emptyMemory(this.#options);
  }

  /** Calls `listener` with every request once its end is known. Returns a function that removes the listener. */
  onRequest(listener: (request: Shown<Request>) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #settle(tally: Tally, stored: Request, ending: Ending): void {
    stored.answered = ending.fate;
    tally.settled(ending);
    for (const listener of this.#listeners) this.#tell(listener, stored);
  }

  #tell(listener: (request: Shown<Request>) => void, stored: Request): void {
    try {
      listener(shown(stored));
    } catch (error) {
      this.#options.log.error({ err: error, endpoint: this.#options.name }, 'listener.failed');
    }
  }
}

const emptyMemory = <Request extends StoredRequest>(options: RecorderOptions<Request>): Memory<Request> => ({
  tally: new Tally(options.rememberAddressees),
  requests: new RequestLog(options.rememberRequests, MAX_LOG_BYTES),
});

const shown = <Request extends StoredRequest>(stored: Request): Shown<Request> => ({
  ...stored,
  headers: shownHeaders(stored.headers),
  json: parseJson(stored.body),
});

/** Drops HTTP/2's pseudo headers and hides the password from readers of the records. */
function shownHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const shown = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
  if (headers.authorization === undefined) return shown;
  return { ...shown, authorization: `${headers.authorization.split(' ', 1)[0]} ***` };
}
