import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { SecureContext, TLSSocket } from 'node:tls';
import { connectTo } from './connect.ts';
import { type Answer, type Ended, exchange, type Http2Request } from './exchange.ts';
import { Liveness, type LivenessLimits } from './liveness.ts';
import type { Processed } from './result.ts';

/** How sessions of a pool are opened and kept. Times in milliseconds. */
export interface SessionOptions extends LivenessLimits {
  /** `https://host[:port]` */
  origin: string;
  /** What the server's certificate is checked by; the default is what Node trusts. */
  secureContext?: SecureContext | undefined;
  /** Concurrent streams until the server says how many it takes. */
  startStreams: number;
  /**
   * Given the status of an answer, whether it shows that the server has accepted our credential; until then a session
   * carries one stream. Undefined where the server does not ask for that.
   */
  provenBy?: ((status: number) => boolean) | undefined;
  connectTimeoutMs: number;
  /** Age at which a session takes no new streams. */
  maxAgeMs: number;
}

/** What a session tells its pool. */
export interface SessionListener {
  /** It is connected. */
  opened(): void;
  /** A stream has ended, or the server has changed its limits: there may be room. */
  room(): void;
  /** It is over. `failed` when it never was connected: why. */
  gone(session: PooledSession, failed: Error | undefined): void;
}

/** How a request on a session ended. */
export type Run = { kind: 'answered'; answer: Answer } | { kind: 'broken'; processed: Processed; error: Error };

/** Node's default of 10 MB per session ends in ENHANCE_YOUR_CALM with a thousand streams in flight. */
const MAX_SESSION_MEMORY_MB = 128;

/** One HTTP/2 connection: connecting → open → draining (GOAWAY, age, `retire`) → gone. */
export class PooledSession {
  readonly #socket: TLSSocket;
  readonly #h2: ClientHttp2Session;
  readonly #options: SessionOptions;
  readonly #listener: SessionListener;
  readonly #liveness: Liveness;
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

  constructor(options: SessionOptions, listener: SessionListener) {
    this.#options = options;
    this.#listener = listener;
    this.#proven = options.provenBy === undefined;
    const socket = connectTo(new URL(options.origin), options.secureContext);
    this.#socket = socket;
    this.#h2 = connect(options.origin, {
      createConnection: () => socket,
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
      peerMaxConcurrentStreams: options.startStreams,
      settings: { enablePush: false },
    });
    this.#liveness = new Liveness(this.#h2, options, () => this.destroy('ERR_HTTP2_PING_TIMEOUT'));
    this.#connecting = setTimeout(() => this.destroy('ETIMEDOUT'), options.connectTimeoutMs);
    this.#age = setTimeout(() => this.retire(), options.maxAgeMs).unref();
    this.closed = this.#follow();
  }

  /** Still being connected, or not yet trusted with more than one stream: not the moment to open another. */
  get isStarting(): boolean {
    return this.#state === 'connecting' || (this.#state === 'open' && !this.#proven);
  }

  get isDraining(): boolean {
    return this.#state === 'draining';
  }

  /** Streams in flight as a share of what it may carry now; from 1 on there is no room. */
  get fill(): number {
    if (this.#state !== 'open' || this.#h2.closed || this.#h2.destroyed) return 1;
    const limit = this.#limit;
    return this.#inFlight >= limit ? 1 : this.#inFlight / limit;
  }

  get #limit(): number {
    if (!this.#proven) return 1;
    return this.#h2.remoteSettings.maxConcurrentStreams ?? this.#options.startStreams;
  }

  /** Sends a request; only while `fill` < 1. Returns what cancels it: `done` is then not called. */
  run(request: Http2Request, done: (run: Run) => void): () => void {
    this.#inFlight += 1;
    this.#liveness.watch();
    let cancelled = false;
    const stream: ClientHttp2Stream = exchange(this.#h2, request, {
      received: () => this.#liveness.received(),
      ended: (end) => {
        this.#inFlight -= 1;
        const run = this.#judge(end);
        if (!cancelled) done(run);
        this.#streamEnded();
      },
    });
    return () => {
      cancelled = true;
      stream.close(constants.NGHTTP2_CANCEL);
    };
  }

  /** Takes no new streams; closes when those in flight are through. */
  retire(): void {
    if (this.#state === 'draining') return;
    this.#state = 'draining';
    this.#closeIfIdle();
    this.#listener.room();
  }

  /** Ends the connection and every stream on it. `code` is what their errors will say. */
  destroy(code: string): void {
    this.#state = 'draining';
    this.#h2.destroy(Object.assign(new Error('the session was ended'), { code }), constants.NGHTTP2_CANCEL);
    this.#socket.destroy();
  }

  /** node:http2 alone would wait for the server to close its side, however long that takes. */
  #closeIfIdle(): void {
    if (this.#inFlight > 0 || this.#state !== 'draining') return;
    this.#h2.close();
    this.#socket.destroySoon();
  }

  #follow(): Promise<void> {
    this.#h2.on('connect', () => {
      clearTimeout(this.#connecting);
      this.#connected = true;
      if (this.#state === 'connecting') this.#state = 'open';
      this.#listener.opened();
    });
    this.#h2.on('remoteSettings', () => this.#listener.room());
    this.#h2.on('goaway', (_code, lastStreamId) => {
      this.#lastProcessedId = Math.min(this.#lastProcessedId, lastStreamId);
      this.retire();
    });
    this.#h2.on('error', (error) => {
      this.#error = error;
    });
    return new Promise((resolve) => {
      this.#socket.on('close', () => {
        this.#over();
        resolve();
      });
    });
  }

  #over(): void {
    clearTimeout(this.#connecting);
    clearTimeout(this.#age);
    this.#liveness.rest();
    this.#state = 'draining';
    this.#listener.gone(this, this.#connected ? undefined : this.#failure);
  }

  #streamEnded(): void {
    if (this.#inFlight === 0) this.#liveness.rest();
    this.#closeIfIdle();
    this.#listener.room();
  }

  /** https://www.rfc-editor.org/rfc/rfc9113#section-8.7: REFUSED_STREAM, and ids above that of a GOAWAY, are untouched. */
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
    return this.#error ?? Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
  }
}
