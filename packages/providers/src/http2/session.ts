import { constants } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { type ConnectOptions, connectTo } from './connect.ts';
import type {
  Answer,
  Cancellable,
  Ended,
  Exchange,
  Http2Connection,
  Http2Request,
  OpenConnection,
  OpenOptions,
} from './connection.ts';
import type { OnConnection } from './connection-events.ts';
import { Liveness, type LivenessLimits } from './liveness.ts';
import type { Processed } from './result.ts';

/** How sessions of a pool are opened and kept. Times in milliseconds. */
export interface SessionOptions extends LivenessLimits, ConnectOptions, OpenOptions {
  /** The HTTP/2 client to use. */
  open: OpenConnection;
  /**
   * Whether an answer's status shows that the server has accepted our credential; until then a session carries one
   * stream. Undefined if the server does not require that.
   */
  provenBy?: ((status: number) => boolean) | undefined;
  connectTimeoutMs: number;
  /** Called with what happens to the connection. */
  onConnection?: OnConnection | undefined;
  /** Age at which a session accepts no new streams. */
  maxAgeMs: number;
}

/** What the pool wants sent. */
interface SessionRequest {
  readonly request: Http2Request;
}

/** Callbacks from a session to its pool. */
export interface SessionListener<R extends SessionRequest> {
  /** It is connected. */
  opened(): void;
  /** A stream has ended, or the server has changed its limits: there may be room. */
  room(): void;
  /** A request has ended that was not cancelled. */
  ended(request: R, session: PooledSession<R>, run: Run): void;
  /** It is over. `failed` when it was never connected: why. */
  gone(session: PooledSession<R>, failed: Error | undefined): void;
}

/** How a request on a session ended. */
export type Run = { kind: 'answered'; answer: Answer } | { kind: 'broken'; processed: Processed; error: Error };

/** The parts of a session after its TCP handshake. */
interface Link {
  connection: Http2Connection;
  liveness: Liveness;
}

/** One HTTP/2 connection: connecting → open → draining (GOAWAY, age, `retire`) → gone. */
export class PooledSession<R extends SessionRequest> {
  #link: Link | undefined;
  readonly #giveUp = new AbortController();
  readonly #options: SessionOptions;
  readonly #listener: SessionListener<R>;
  readonly #age: NodeJS.Timeout;
  readonly #connecting: NodeJS.Timeout;
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>;
  #connected = false;
  #state: 'connecting' | 'open' | 'draining' = 'connecting';
  #proven: boolean;
  #inFlight = 0;
  #lastProcessedId = Number.POSITIVE_INFINITY;
  #error: Error | undefined;

  constructor(options: SessionOptions, listener: SessionListener<R>) {
    this.#options = options;
    this.#listener = listener;
    this.#proven = options.provenBy === undefined;
    this.#connecting = setTimeout(() => this.destroy('ETIMEDOUT'), options.connectTimeoutMs);
    this.#age = setTimeout(() => this.retire(), options.maxAgeMs).unref();
    this.closed = this.#live();
  }

  /** Still connecting, or not yet trusted with more than one stream: not the time to open another. */
  get isStarting(): boolean {
    return this.#state === 'connecting' || (this.#state === 'open' && !this.#proven);
  }

  get isDraining(): boolean {
    return this.#state === 'draining';
  }

  /** Streams in flight as a share of its capacity; from 1 on there is no room. */
  get fill(): number {
    const connection = this.#link?.connection;
    if (this.#state !== 'open' || !connection?.isOpen) return 1;
    const limit = this.#proven ? (connection.streamLimit ?? this.#options.startStreams) : 1;
    return this.#inFlight >= limit ? 1 : this.#inFlight / limit;
  }

  /** Sends a request; only while `fill` < 1. Once it is cancelled, its end is not reported. */
  run(wanted: R): Cancellable {
    if (this.#link === undefined) throw new Error('there is no connection yet');
    const { connection, liveness } = this.#link;
    const stream = new SessionStream(wanted, this.#ended);
    stream.onConnection = connection.send(stream);
    this.#inFlight += 1;
    liveness.watch();
    return stream;
  }

  /** Accepts no new streams; closes when those in flight have ended. */
  retire(): void {
    if (this.#state === 'draining') return;
    this.#state = 'draining';
    this.#closeIfIdle();
    this.#listener.room();
  }

  /** Ends the connection and every stream on it. `code` becomes the code of their errors. */
  destroy(code: string): void {
    this.#state = 'draining';
    const error = Object.assign(new Error('the session was ended'), { code });
    this.#giveUp.abort(error);
    this.#link?.connection.destroy(error);
  }

  #closeIfIdle(): void {
    if (this.#inFlight > 0 || this.#state !== 'draining') return;
    this.#giveUp.abort(closed());
    this.#link?.connection.close();
  }

  /** From connecting to the end of the connection. */
  async #live(): Promise<void> {
    const { origin } = this.#options;
    try {
      const socket = await connectTo(new URL(origin), this.#options, this.#giveUp.signal);
      this.#link = this.#open(socket);
      await new Promise<void>((resolve) => socket.on('close', () => resolve()));
    } catch (error) {
      this.#error = error as Error;
    }
    this.#over();
  }

  #open(socket: TLSSocket): Link {
    const connection = this.#options.open(socket, this.#options, {
      connected: () => this.#opened(),
      received: () => liveness.received(),
      room: () => this.#listener.room(),
      goaway: (lastStreamId) => {
        this.#options.onConnection?.('goaway');
        this.#lastProcessedId = Math.min(this.#lastProcessedId, lastStreamId);
        this.retire();
      },
      failed: (error) => {
        this.#error = error;
      },
    });
    const liveness = new Liveness(connection, this.#options, () => this.destroy('ERR_HTTP2_PING_TIMEOUT'));
    return { connection, liveness };
  }

  #opened(): void {
    clearTimeout(this.#connecting);
    this.#connected = true;
    this.#options.onConnection?.('opened');
    if (this.#state === 'connecting') this.#state = 'open';
    this.#listener.opened();
  }

  #over(): void {
    clearTimeout(this.#connecting);
    clearTimeout(this.#age);
    this.#link?.liveness.rest();
    this.#state = 'draining';
    if (this.#connected) this.#options.onConnection?.('closed');
    this.#listener.gone(this, this.#connected ? undefined : this.#failure);
  }

  readonly #ended = ({ wanted, isCancelled }: SessionStream<R>, end: Ended): void => {
    this.#inFlight -= 1;
    const run = this.#judge(end);
    if (!isCancelled) this.#listener.ended(wanted, this, run);
    if (this.#inFlight === 0) this.#link?.liveness.rest();
    this.#closeIfIdle();
    this.#listener.room();
  };

  /**
   * https://www.rfc-editor.org/rfc/rfc9113#section-8.7: REFUSED_STREAM, and ids above that of a GOAWAY, were not
   * processed.
   */
  #judge(end: Ended): Run {
    if (end.kind === 'answered') {
      this.#proven ||= this.#options.provenBy?.(end.answer.status) ?? true;
      return end;
    }
    const refused = end.rstCode === constants.NGHTTP2_REFUSED_STREAM || (end.streamId ?? 0) > this.#lastProcessedId;
    const processed = refused || end.streamId === undefined ? 'no' : 'maybe';
    return { kind: 'broken', processed, error: end.error ?? this.#failure };
  }

  get #failure(): Error {
    return this.#error ?? closed();
  }
}

const closed = (): Error => Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });

/** A request on a session. */
class SessionStream<R extends SessionRequest> implements Exchange, Cancellable {
  readonly wanted: R;
  readonly #ended: (stream: SessionStream<R>, end: Ended) => void;
  onConnection: Cancellable | undefined;
  isCancelled = false;

  constructor(wanted: R, ended: (stream: SessionStream<R>, end: Ended) => void) {
    this.wanted = wanted;
    this.#ended = ended;
  }

  get request(): Http2Request {
    return this.wanted.request;
  }

  ended(end: Ended): void {
    this.#ended(this, end);
  }

  cancel(): void {
    this.isCancelled = true;
    this.onConnection?.cancel();
  }
}
