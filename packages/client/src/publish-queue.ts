import { MAX_BYTES } from './batches.ts';
import type { PublishResult } from './events.ts';

/** Events posted together at most. */
const MAX_TOGETHER = 100;

/** How long an event waits for others while a request is under way, in ms. */
const WAIT_MS = 5;

/** An event that waits to be posted, as JSON. */
interface Waiting {
  json: string;
  bytes: number;
  resolve: (result: PublishResult) => void;
  reject: (error: unknown) => void;
}

/** Posts one event or a list, as JSON; retries included. */
type Post = (body: string) => Promise<PublishResult[]>;

/**
 * Posts events that are published at the same time in one request: those of the same turn of the event loop, and while
 * a request is under way those of 5 ms, at most 100. A single event does not wait. Within a request, events are in the
 * order in which they were added; requests do not wait for each other.
 */
export class PublishQueue {
  readonly #post: Post;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #underWay = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(post: Post) {
    this.#post = post;
  }

  /** The result of the event. @throws FanfareClientError if it is invalid or the request has failed. */
  add(json: string): Promise<PublishResult> {
    const bytes = new TextEncoder().encode(json).length + 1;
    if (this.#bytes + bytes > MAX_BYTES) this.#flush();
    const result = new Promise<PublishResult>((resolve, reject) => {
      this.#waiting.push({ json, bytes, resolve, reject });
    });
    this.#bytes += bytes;
    if (this.#waiting.length === MAX_TOGETHER) this.#flush();
    else if (this.#underWay > 0) this.#timer ??= setTimeout(() => this.#flush(), WAIT_MS);
    else if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
    return result;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#waiting;
    if (events.length === 0) return;
    this.#waiting = [];
    this.#bytes = 0;
    this.#underWay++;
    void this.#settle(events).finally(() => this.#underWay--);
  }

  async #settle(events: readonly Waiting[]): Promise<void> {
    const [only] = events;
    try {
      const alone = events.length === 1 && only;
      const results = await this.#post(alone ? alone.json : `[${events.map(({ json }) => json).join()}]`);
      for (const [i, event] of events.entries()) this.#settleOne(event, results[i] as PublishResult);
    } catch (error) {
      for (const { reject } of events) reject(error);
    }
  }

  /** Posts an event that was rejected among others once more alone: only then the answer says all that is wrong. */
  #settleOne({ json, resolve, reject }: Waiting, result: PublishResult): void {
    if (result.status !== 'rejected') resolve(result);
    else this.#post(json).then(([again]) => resolve(again as PublishResult), reject);
  }
}
