import { setTimeout as delay } from 'node:timers/promises';
import type { AppName, Posting } from './posting.ts';

const AGAIN_MS = 100;
/** A chat backend gives up on an answer and asks again. */
const ANSWER_MS = 5000;
/** More postings wait for the next turn. */
const MAX_OPEN = 300;

/** Posts events as a chat backend does: again, with the same id and to the next ingest, until it is acknowledged. */
export class Poster {
  readonly #urls: readonly string[];
  readonly #keys: Record<AppName, string>;
  readonly #acknowledged: (posting: Posting) => void;
  readonly #stop = new AbortController();
  #open = 0;
  #turn = 0;

  constructor(urls: readonly string[], keys: Record<AppName, string>, acknowledged: (posting: Posting) => void) {
    this.#urls = urls;
    this.#keys = keys;
    this.#acknowledged = acknowledged;
  }

  /** Postings without an acknowledgement. */
  get open(): number {
    return this.#open;
  }

  get hasRoom(): boolean {
    return this.#open < MAX_OPEN;
  }

  /** Ends all attempts; what is not acknowledged by now does not count. */
  stop(): void {
    this.#stop.abort();
  }

  /** Never rejects. */
  async post(posting: Posting): Promise<void> {
    this.#open += 1;
    while (!this.#stop.signal.aborted) {
      if (await this.#isAccepted(posting)) {
        this.#acknowledged(posting);
        break;
      }
      await delay(AGAIN_MS);
    }
    this.#open -= 1;
  }

  /** @throws Error if the event is refused for good: a mistake of the drill. */
  async #isAccepted({ app, body }: Posting): Promise<boolean> {
    this.#turn += 1;
    const url = this.#urls[this.#turn % this.#urls.length] as string;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      const answer = await fetch(`${url}/v3/events`, {
        method: 'POST',
        headers: { apikey: this.#keys[app], 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      });
      const text = await answer.text();
      if (answer.status < 500 && answer.status !== 202 && answer.status !== 429) process.stderr.write(`${text}\n`);
      return answer.status === 202 && !text.includes('"rejected"');
    } catch {
      return false;
    }
  }
}
