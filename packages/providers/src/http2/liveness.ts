import type { Http2Connection } from './connection.ts';

/** How long a silent server is trusted, in milliseconds. */
export interface LivenessLimits {
  /** Silence, while streams wait, after which the server is pinged. */
  pingAfterMs: number;
  /** Time it has to answer. */
  killAfterMs: number;
}

/**
 * Watches one connection: pings it only while streams wait and nothing has been received for a while, since a server
 * may treat idle pings as an attack (FCM closes with `too_many_pings`), and calls `dead` when the ping stays
 * unanswered.
 * `timer.refresh()` makes recording a received frame as cheap as moving a list entry.
 */
export class Liveness {
  readonly #connection: Pick<Http2Connection, 'ping'>;
  readonly #limits: LivenessLimits;
  readonly #dead: () => void;
  #silence: NodeJS.Timeout | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  #lastLook: NodeJS.Immediate | undefined;

  constructor(connection: Pick<Http2Connection, 'ping'>, limits: LivenessLimits, dead: () => void) {
    this.#connection = connection;
    this.#limits = limits;
    this.#dead = dead;
  }

  /** The first stream of a busy period has started. */
  watch(): void {
    this.#silence ??= setTimeout(() => this.#ping(), this.#limits.pingAfterMs);
  }

  /** Something arrived: the server is alive. */
  received(): void {
    this.#silence?.refresh();
    if (this.#killTimer !== undefined) this.#acquit();
  }

  /** No stream is waiting, or the session is over. */
  rest(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
    this.#acquit();
  }

  #ping(): void {
    if (this.#killTimer !== undefined) return;
    this.#killTimer = setTimeout(() => this.#suspect(), this.#limits.killAfterMs);
    this.#connection.ping(() => this.received());
  }

  /** Timers run before what has arrived is read: a process that was busy for that long looks once more. */
  #suspect(): void {
    this.#lastLook = setImmediate(this.#dead);
  }

  #acquit(): void {
    clearImmediate(this.#lastLook);
    clearTimeout(this.#killTimer);
    this.#killTimer = undefined;
  }
}
