import { WithheldError } from '../wire/withheld.ts';
import { ConnectPause } from './connect-pause.ts';
import type { Http2Request } from './connection.ts';
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

/** One request on its way through the pool. */
interface Item {
  request: Http2Request;
  finish(result: PoolResult): void;
  finished: boolean;
  /** Set while it is in flight. */
  cancel: (() => void) | undefined;
  resends: number;
  /** The session that refused it. */
  avoid: PooledSession | undefined;
}

/** Share of its streams in use at which another session is opened. */
const GROW_AT = 0.5;
/** A server that refuses the same request more often will not accept it. */
const MAX_RESENDS = 3;
/** Subtracted at random from `maxAgeMs`, at most, so that the sessions of all processes do not end together. */
const AGE_JITTER = 0.1;

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/**
 * The HTTP/2 sessions to one origin: least-loaded pick, another session from half load on, replacement
 * by age and GOAWAY, resend of refused requests (https://www.rfc-editor.org/rfc/rfc9113#section-8.7), a deadline for
 * every request, a bounded queue, and a growing pause between attempts to connect while the origin is down.
 */
export class SessionPool {
  readonly #options: PoolOptions;
  readonly #pause: ConnectPause;
  readonly #line: WaitQueue<Item>;
  readonly #sessions = new Set<PooledSession>();
  /** Requests without a result yet, waiting or in flight. */
  readonly #unfinished = new Set<Item>();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#pause = new ConnectPause(options);
    this.#line = new WaitQueue(options.maxWaiting);
  }

  /** Sends a request; always ends, within `timeoutMs`. A request that may have been processed is never sent again. */
  request(request: Http2Request): Promise<PoolResult> {
    return new Promise((resolve) => {
      const item = this.#track(request, resolve);
      const refusal = this.#refusal();
      if (refusal === undefined) {
        this.#line.push(item);
        this.#pump();
      } else {
        this.#fail(item, 'no', refusal);
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
    for (const item of this.#unfinished) {
      this.#fail(item, item.cancel ? 'maybe' : 'no', failure('ECANCELED', 'the pool is closed'));
    }
    for (const session of sessions) session.destroy('ECANCELED');
    await Promise.all(sessions.map((session) => session.closed));
  }

  #track(request: Http2Request, resolve: (result: PoolResult) => void): Item {
    const finish = (result: PoolResult): void => {
      if (item.finished) return;
      item.finished = true;
      clearTimeout(timer);
      this.#unfinished.delete(item);
      resolve(result);
    };
    const item: Item = { request, finish, finished: false, cancel: undefined, resends: 0, avoid: undefined };
    const timer = setTimeout(() => this.#expire(item), this.#options.timeoutMs);
    this.#unfinished.add(item);
    return item;
  }

  #expire(item: Item): void {
    const { cancel } = item;
    if (cancel === undefined) this.#line.left();
    this.#fail(item, cancel === undefined ? 'no' : 'maybe', failure('ETIMEDOUT', 'no complete answer in time'));
    cancel?.();
  }

  #fail(item: Item, processed: Processed, error: Error): void {
    item.finish({ ok: false, processed, error, retryAfterMs: this.#pause.leftMs });
  }

  #failWaiting(error: Error): void {
    for (const item of this.#line.takeAll()) this.#fail(item, 'no', error);
  }

  /** Hands waiting requests to sessions with room. */
  #pump(): void {
    for (let item = this.#line.first(); item !== undefined; item = this.#line.first()) {
      const session = this.#pick(item.avoid);
      if (session === undefined) return;
      this.#line.shift();
      if (item.request.mayLeave?.() === false) {
        this.#fail(item, 'no', new WithheldError());
        continue;
      }
      item.cancel = session.run(item.request, (run) => this.#ended(item, session, run));
      if (session.fill >= GROW_AT) this.#open();
    }
  }

  /** The session to use now; undefined when the request has to wait, for a session being opened or for room. */
  #pick(avoid: PooledSession | undefined): PooledSession | undefined {
    let best: PooledSession | undefined;
    for (const session of this.#sessions) {
      if (session === avoid || session.fill >= 1) continue;
      if (best === undefined || session.fill < best.fill) best = session;
    }
    if (best !== undefined || this.#open(avoid)) return best;
    return avoid !== undefined && avoid.fill < 1 ? avoid : undefined;
  }

  /** Opens another session if allowed. Returns whether one other than `avoid` is starting, now or since before. */
  #open(avoid?: PooledSession): boolean {
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

  #ended(item: Item, session: PooledSession, run: Run): void {
    if (run.kind === 'answered') {
      item.finish({ ok: true, answer: run.answer, connection: session });
    } else if (run.processed === 'maybe' || item.resends >= MAX_RESENDS || item.finished) {
      this.#fail(item, run.processed, run.error);
    } else {
      item.resends += 1;
      item.avoid = session;
      item.cancel = undefined;
      this.#line.unshift(item);
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
  gone(session: PooledSession, failed: Error | undefined): void {
    this.#sessions.delete(session);
    if (failed !== undefined) {
      this.#pause.failed();
      const others = [...this.#sessions].some((other) => !other.isDraining);
      if (!others) this.#failWaiting(failed);
    }
    this.#pump();
  }
}
