import type { Outcome } from '@fanfare/core';
import type { VirtualTime } from './events.ts';

const TIMEOUT_MS = 2000;
/** How soon an endpoint that refuses says so. */
const REFUSAL_MS = 5;

/** Times in ms. */
export interface WebhookOptions {
  /** Requests it works on at a time, and how long it takes for one. */
  servers: number;
  serviceMs: number;
  outage: { from: number; to: number; how: 'refuses' | 'hangs' };
}

/** An endpoint: a queue before its servers, whose clients give up after two seconds. */
export class Webhook {
  /** When requests came. */
  readonly arrivals: number[] = [];
  readonly #time: VirtualTime;
  readonly #options: WebhookOptions;
  readonly #waiting: { isGone: boolean; begin(): void }[] = [];
  #working = 0;

  constructor(time: VirtualTime, options: WebhookOptions) {
    this.#time = time;
    this.#options = options;
  }

  request(answer: (outcome: Outcome) => void): void {
    const { outage, servers } = this.#options;
    const { now } = this.#time;
    this.arrivals.push(now);
    const isDown = now >= outage.from && now < outage.to;
    if (isDown && outage.how === 'refuses') {
      this.#time.in(REFUSAL_MS, () => answer({ kind: 'retryable', reason: 'http_503' }));
      return;
    }
    const request = { isGone: false, begin: () => {} };
    const once = (outcome: Outcome) => {
      if (request.isGone) return;
      request.isGone = true;
      answer(outcome);
    };
    this.#time.in(TIMEOUT_MS, () => once({ kind: 'retryable', reason: 'timeout' }));
    if (isDown) return;
    request.begin = () => this.#work(() => once({ kind: 'accepted' }));
    if (this.#working < servers) request.begin();
    else this.#waiting.push(request);
  }

  /** A request that has begun is worked on even if its client has given up. */
  #work(done: () => void): void {
    this.#working++;
    this.#time.in(this.#options.serviceMs, () => {
      this.#working--;
      done();
      this.#serve();
    });
  }

  #serve(): void {
    while (this.#working < this.#options.servers) {
      const next = this.#waiting.shift();
      if (!next) return;
      if (!next.isGone) next.begin();
    }
  }
}
