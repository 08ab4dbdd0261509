import { DeadlineQueue } from '../wire/deadline-queue.ts';
import { WithheldError } from '../wire/withheld.ts';
import { ConnectPause } from './connect-pause.ts';
import type { Http2Request } from './connection.ts';
import { PendingRequest } from './pending-request.ts';
import type { PoolResult, Processed } from './result.ts';
import { PooledSession, type Run, type SessionOptions } from './session.ts';
import { WaitQueue } from './wait-queue.ts';

/** Times in milliseconds. */
export interface PoolOptions extends SessionOptions {
  /** Total time for one request: the wait for a stream, resends, the answer. */
  timeoutMs: number;
  maxSessions: number;
  /** Requests that may wait for a stream; further ones are refused at once. */
  maxWaiting: number;
  now: () => number;
  /** In [0, 1). */
  random: () => number;
}

/** Share of its streams in use at which another session is opened. */
const GROW_AT = 0.5;
/** A server that refuses the same request more often will not accept it. */
const MAX_RESENDS = 3;
/** Subtracted at random from `maxAgeMs`, at most, so that the sessions of all processes do not end together. */
const AGE_JITTER = 0.1;

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/**
 * The HTTP/2 sessions to one origin: least-loaded pick, another session from half load on, replacement by age and by
 * GOAWAY, resend of refused requests (https://www.rfc-editor.org/rfc/rfc9113#section-8.7), a deadline for every
 * request, a bounded queue, and a growing pause between attempts to connect while the origin is down.
 */
export class SessionPool {
  readonly #options: PoolOptions;
  readonly #pause: ConnectPause;
  readonly #line: WaitQueue<PendingRequest>;
  readonly #sessions = new Set<PooledSession<PendingRequest>>();
  /** Requests without a result yet, waiting or in flight. */
  readonly #unfinished = new DeadlineQueue<PendingRequest>((pending) => this.#expire(pending));
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#pause = new ConnectPause(options);
    this.#line = new WaitQueue(options.maxWaiting);
  }

  /** Sends a request; always ends, within `timeoutMs`. A request that may have been processed is never sent again. */
  request(request: Http2Request): Promise<PoolResult> {
    return new Promise((resolve, reject) => {
      const pending = new PendingRequest(request, performance.now() + this.#options.timeoutMs, { resolve, reject });
      const refusal = this.#refusal();
      this.#unfinished.add(pending, pending.deadlineAt);
      if (refusal === undefined) {
        this.#line.push(pending);
        this.#pump();
      } else {
        this.#fail(pending, 'no', refusal);
      }
    });
  }

  #refusal(): Error | undefined {
    if (this.#closed) return failure('ECANCELED', 'the pool is closed');
    return this.#line.isFull ? failure('EAGAIN', 'too many requests wait for a stream') : undefined;
  }

  /** Ends every connection and abandons requests in flight. */
  async close(): Promise<void> {
    this.#closed = true;
    const sessions = [...this.#sessions];
    for (const pending of this.#unfinished.all()) {
      this.#fail(pending, pending.stream ? 'maybe' : 'no', failure('ECANCELED', 'the pool is closed'));
    }
    this.#unfinished.close();
    for (const session of sessions) session.destroy('ECANCELED');
    await Promise.all(sessions.map((session) => session.closed));
  }

  #expire(pending: PendingRequest): void {
    const { stream } = pending;
    if (stream === undefined) this.#line.left();
    this.#fail(pending, stream === undefined ? 'no' : 'maybe', failure('ETIMEDOUT', 'no complete answer in time'));
    stream?.cancel();
  }

  #fail(pending: PendingRequest, processed: Processed, error: Error): void {
    this.#finish(pending, { ok: false, processed, error, retryAfterMs: this.#pause.leftMs });
  }

  #finish(pending: PendingRequest, result: PoolResult): void {
    this.#unfinished.delete(pending);
    pending.finish(result);
  }

  #failWaiting(error: Error): void {
    for (const pending of this.#line.takeAll()) this.#fail(pending, 'no', error);
  }

  /** Hands waiting requests to sessions with room. */
  #pump(): void {
    for (let pending = this.#line.first(); pending !== undefined; pending = this.#line.first()) {
      const session = this.#pick(pending.avoid);
      if (session === undefined) return;
      this.#line.shift();
      this.#run(pending, session);
      if (session.fill >= GROW_AT) this.#open();
    }
  }

  #run(pending: PendingRequest, session: PooledSession<PendingRequest>): void {
    try {
      if (pending.request.mayLeave?.() === false) this.#fail(pending, 'no', new WithheldError());
      else pending.stream = session.run(pending);
    } catch (error) {
      // A surprise such as a malformed header is for the one who sent it, and must not stop the others.
      this.#unfinished.delete(pending);
      pending.throw(error);
    }
  }

  /** The session to use now; undefined when the request has to wait, for a session being opened or for room. */
  #pick(avoid: PooledSession<PendingRequest> | undefined): PooledSession<PendingRequest> | undefined {
    let best: PooledSession<PendingRequest> | undefined;
    for (const session of this.#sessions) {
      if (session === avoid || session.fill >= 1) continue;
      if (best === undefined || session.fill < best.fill) best = session;
    }
    if (best !== undefined || this.#open(avoid)) return best;
    return avoid !== undefined && avoid.fill < 1 ? avoid : undefined;
  }

  /** Opens another session if allowed. Returns whether one other than `avoid` is starting, now or since before. */
  #open(avoid?: PooledSession<PendingRequest>): boolean {
    let live = 0;
    for (const session of this.#sessions) {
      if (session.isStarting && session !== avoid) return true;
      if (!session.isDraining) live += 1;
    }
    if (this.#closed || live >= this.#options.maxSessions) return false;
    if (this.#pause.leftMs > 0) {
      if (live === 0) this.#failWaiting(failure('ECONNREFUSED', 'the origin could not be reached a moment ago'));
      return false;
    }
    const maxAgeMs = this.#options.maxAgeMs * (1 - AGE_JITTER * this.#options.random());
    this.#sessions.add(new PooledSession({ ...this.#options, maxAgeMs }, this));
    return true;
  }

  /** Called by a session: a request on it has ended. */
  ended(pending: PendingRequest, session: PooledSession<PendingRequest>, run: Run): void {
    if (run.kind === 'answered') {
      this.#finish(pending, { ok: true, answer: run.answer, connection: session });
    } else if (run.processed === 'maybe' || pending.resends >= MAX_RESENDS || pending.finished) {
      this.#fail(pending, run.processed, run.error);
    } else {
      pending.resends += 1;
      pending.avoid = session;
      pending.stream = undefined;
      this.#line.unshift(pending);
    }
  }

  /** Called by a session: it is connected. */
  opened(): void {
    this.#pause.succeeded();
    this.#pump();
  }

  /** Called by a session: a stream has ended, or the server has changed its limits. */
  room(): void {
    this.#pump();
  }

  /** Called by a session: it is over. `failed`: it never was connected. */
  gone(session: PooledSession<PendingRequest>, failed: Error | undefined): void {
    this.#sessions.delete(session);
    if (failed !== undefined) {
      this.#pause.failed();
      const others = [...this.#sessions].some((other) => !other.isDraining);
      if (!others) this.#failWaiting(failed);
    }
    this.#pump();
  }
}
