/** How much the last send counts in the share of failed ones, and the share that is too much: three in a row. */
const NEW_SHARE = 1 / 8;
const MAX_FAILED = 1 / 4;

/** How much an answer widens a window that yields, up to where it was cut: by half with each round of answers. */
const GROWTH = 1 / 2;

/**
 * What took longer than this widens it in proportion less, ms: it may have waited in the endpoint's queue. A hundred
 * senders with two or three in flight each fill that together, and none of them sees more than a few of the failures.
 */
const PROMPT_MS = 250;

/** Without trouble for so long, the endpoint is used as before, ms. */
const TRUSTED_AFTER_MS = 300_000;

/** A send that has ended. Times in epoch ms. */
export interface EndedSend {
  begunAt: number;
  now: number;
  /** Sends to the endpoint that were in flight until now, this one included. */
  inFlight: number;
}

/**
 * How many sends to one endpoint a process may have in flight. One that yields follows additive increase and
 * multiplicative decrease, as TCP does (https://www.rfc-editor.org/rfc/rfc5681). Each process decides by its own sends,
 * and a fleet shares what the endpoint can take. When nothing is left of several in flight, it halves, so that none is
 * kept that another would use: a burst after a quiet second begins with few. One in flight at a window of one is all
 * that it allows, and widens it. One that does not yield grows by one per answer.
 */
export class SendWindow {
  readonly #limit: number;
  readonly #yields: boolean;
  #size: number;
  /** From here on it grows by one with each round of answers. */
  #threshold: number;
  #failed = 0;
  /** Whether anything was answered since the last cut: an endpoint that is down is the breaker's business. */
  #isAlive = false;
  #troubledAt = Number.NEGATIVE_INFINITY;

  constructor(limit: number, { yields }: { yields: boolean }) {
    this.#limit = limit;
    this.#yields = yields;
    this.#size = limit;
    this.#threshold = limit;
  }

  /** How many may be in flight now. */
  get size(): number {
    return Math.floor(this.#size);
  }

  /** The endpoint has answered a send. */
  answered({ begunAt, now, inFlight }: EndedSend): void {
    this.#isAlive = true;
    if (begunAt >= this.#troubledAt) this.#failed -= this.#failed * NEW_SHARE;
    if (this.#size >= this.#limit) return;
    if (!this.#yields) this.#resize(this.#size + 1, this.#limit);
    else if (now - this.#troubledAt >= TRUSTED_AFTER_MS) this.#resize(this.#limit, this.#limit);
    else if (inFlight === 1 && this.size > 1) this.#resize(this.#size / 2, this.#threshold);
    else {
      const growth = this.#size < this.#threshold ? GROWTH : 1 / this.#size;
      this.#resize(this.#size + growth * Math.min(1, PROMPT_MS / Math.max(1, now - begunAt)), this.#threshold);
    }
  }

  /** A send has failed. Those that began before the last cut say nothing about what is in flight since. */
  failed({ begunAt, now, inFlight }: EndedSend): void {
    if (!this.#yields || begunAt < this.#troubledAt) return;
    this.#failed += (1 - this.#failed) * NEW_SHARE;
    if (!this.#isAlive || this.#failed <= MAX_FAILED) return;
    const half = Math.min(this.#size, inFlight) / 2;
    this.#begin(now, half, half);
  }

  /** The endpoint works again after an outage: begin with one, and forget what was too much before. */
  restart(now: number): void {
    this.#begin(now, 1, this.#limit);
  }

  #begin(now: number, size: number, threshold: number): void {
    this.#troubledAt = now;
    this.#failed = 0;
    this.#isAlive = false;
    this.#resize(size, threshold);
  }

  #resize(size: number, threshold: number): void {
    this.#size = Math.max(1, Math.min(this.#limit, size));
    this.#threshold = Math.max(1, threshold);
  }
}
