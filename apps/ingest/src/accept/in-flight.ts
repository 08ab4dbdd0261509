import type { OpenUsages } from '@fanfare/ledger';

/** A sum of events: calls, the others, and their bytes. */
class Sum {
  calls = 0;
  callBytes = 0;
  others = 0;
  otherBytes = 0;

  add(more: Readonly<Sum>, sign: 1 | -1 = 1): this {
    this.calls += sign * more.calls;
    this.callBytes += sign * more.callBytes;
    this.others += sign * more.others;
    this.otherBytes += sign * more.otherBytes;
    return this;
  }
}

/** What requests of one app pass on to be stored. */
interface Passed {
  /** How many are under way. */
  requests: number;
  /** What those under way have passed on. */
  underWay: Sum;
  /** The same of those that have ended since the first of these began. */
  ended: Sum;
}

/** One request, from before it reads how much of its app is open until it has been answered. */
export class RequestInFlight {
  readonly #app: Passed;
  readonly #endedBefore: Readonly<Sum>;
  readonly #mine = new Sum();

  constructor(app: Passed) {
    this.#app = app;
    this.#endedBefore = new Sum().add(app.ended);
    app.requests += 1;
  }

  /**
   * What is open at most: what was read since the request began, and what others have passed on since then or are about
   * to store. The same event may count twice, so a quota is not exceeded, but may be reached too early by what is in
   * flight.
   */
  openAtMost({ calls, others }: OpenUsages): OpenUsages {
    const more = new Sum().add(this.#app.underWay).add(this.#app.ended).add(this.#endedBefore, -1);
    return {
      calls: { count: calls.count + more.calls, bytes: calls.bytes + more.callBytes },
      others: { count: others.count + more.others, bytes: others.bytes + more.otherBytes },
    };
  }

  /** Notes what it passes on to be stored, with the bytes of its body. */
  passOn(calls: number, others: number, bytes: number): void {
    const mine = this.#mine;
    mine.calls = calls;
    mine.others = others;
    if (others > 0) mine.otherBytes = bytes;
    else mine.callBytes = bytes;
    this.#app.underWay.add(mine);
  }

  /** To be called once, however it ends. Returns whether it was the last of its app. */
  end(): boolean {
    const { underWay, ended } = this.#app;
    underWay.add(this.#mine, -1);
    ended.add(this.#mine);
    this.#app.requests -= 1;
    return this.#app.requests === 0;
  }
}

/**
 * Counts the events of requests in flight, by app: all of them may have read how much is open before any of them stored
 * its own, and would exceed a quota together.
 */
export class RequestsInFlight {
  readonly #apps = new Map<string, Passed>();

  /** The result of `work` on a request of this app. */
  async during<T>(appId: string, work: (request: RequestInFlight) => Promise<T>): Promise<T> {
    let app = this.#apps.get(appId);
    if (!app) {
      app = { requests: 0, underWay: new Sum(), ended: new Sum() };
      this.#apps.set(appId, app);
    }
    const request = new RequestInFlight(app);
    try {
      return await work(request);
    } finally {
      if (request.end()) this.#apps.delete(appId);
    }
  }
}
