import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { AppName, Posting } from '../traffic/posting.ts';

/** More postings wait for the next turn. */
const MAX_OPEN = 50;
/** Connections that are never idle for longer than this, ms: one that is cut is cut under a request. */
const BUSY = { connections: 4, idleMs: 1 };

/** Posts each event once over connections that it keeps, and counts what a chat backend would have to repeat. */
export class Publisher {
  requests = 0;
  /** Answers other than 202. */
  refused = 0;
  /** Requests whose connection failed or broke. */
  broken = 0;
  /** What went wrong first, to be read. */
  readonly problems: string[] = [];
  readonly #url: string;
  readonly #keys: Record<AppName, string>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #stop = new AbortController();
  #open = 0;
  /** Acknowledged; posted again it is a duplicate, which notifies no one. */
  #last: Posting | undefined;

  constructor(url: string, keys: Record<AppName, string>) {
    this.#url = `${url}/v3/events`;
    this.#keys = keys;
  }

  get hasRoom(): boolean {
    return this.#open < MAX_OPEN;
  }

  /** Postings without an answer. */
  get open(): number {
    return this.#open;
  }

  /** Whether it was acknowledged. */
  async post(posting: Posting): Promise<boolean> {
    const isAcknowledged = await this.#try(posting);
    if (isAcknowledged) this.#last = posting;
    return isAcknowledged;
  }

  /** Posts what was acknowledged again and again, until `stop`. */
  async keepBusy(): Promise<void> {
    const { signal } = this.#stop;
    const busy = Array.from({ length: BUSY.connections }, async () => {
      while (!signal.aborted) {
        if (this.#last) await this.#try(this.#last);
        await delay(BUSY.idleMs);
      }
    });
    await Promise.all(busy);
  }

  async #try({ app, body }: Posting): Promise<boolean> {
    this.#open += 1;
    this.requests += 1;
    try {
      const { status, said } = await this.#send(app, JSON.stringify(body));
      if (status === 202 && !said.includes('"rejected"')) return true;
      this.refused += 1;
      this.problems.push(`${status} ${said.slice(0, 200)}`);
    } catch (error) {
      this.broken += 1;
      this.problems.push((error as Error).message);
    } finally {
      this.#open -= 1;
    }
    return false;
  }

  /** Ends `keepBusy`; nothing may be posted after it. */
  stop(): void {
    this.#stop.abort();
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(app: AppName, body: string): Promise<{ status: number | undefined; said: string }> {
    const headers = {
      apikey: this.#keys[app],
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(this.#url, { method: 'POST', agent: this.#agent, headers }, resolve).once('error', reject).end(body);
    });
    return { status: answer.statusCode, said: await text(answer) };
  }
}
