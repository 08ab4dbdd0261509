import type { Logger } from '@fanfare/runtime';
import type { Exchange, Reply } from '../exchange/exchange.ts';
import { type Manner, perform } from '../exchange/perform.ts';
import { latencyOf } from '../faults.ts';
import { parse } from '../parse.ts';
import { Recorder } from '../recording/recorder.ts';
import { Faults, randomStep } from './faults.ts';
import type { PushCounts, PushQuery, PushService, RecordedPush, StoredPush } from './push-service.ts';
import { type Failure, type RetryAfter, TokenScripts, type TokenStep } from './token-script.ts';

/** A completely received request. */
export interface Arrival {
  exchange: Exchange;
  /** Undefined if it was larger than the protocol allows. */
  body: Buffer | undefined;
  /** Epoch ms. */
  now: number;
  /** Refuse the credential, whatever it is. */
  badCredential: boolean;
}

/** An answer, with the reason if it is a refusal. */
interface Answer extends Reply {
  reason?: string;
}

/** The answer to a refused request. */
export type Refusal = Required<Answer>;

/** The result of a valid request. */
interface GoodResult {
  ok: true;
  token: string;
  /** Undefined if it does not identify its delivery. */
  delivery: string | undefined;
  accepted: Reply;
  /** The answer when the simulator is configured to fail; undefined if the service has no such failure. */
  failed(failure: Failure): Refusal | undefined;
}

/** A protocol's result for a request. */
export type CheckResult = GoodResult | { ok: false; token: string | undefined; refusal: Refusal };

/** What differs between push services. */
export interface PushProtocol {
  readonly name: string;
  readonly maxBodyBytes: number;
  /** The debug data of the GOAWAY that ends a connection. */
  readonly farewell: string;
  check(arrival: Arrival): CheckResult;
}

export interface PushOptions {
  rememberRequests: number;
  rememberTokens: number;
  /** The limit of concurrent requests per connection. */
  maxStreams: number;
  now(): number;
  /** In [0, 1). */
  random(): number;
  log: Logger;
}

/** A push service and its records: has the protocol check requests, answers by token and faults, and counts. */
export class PushReceiver implements PushService {
  readonly #protocol: PushProtocol;
  readonly #options: PushOptions;
  readonly #recorder: Recorder<StoredPush>;
  /** The number of requests on each connection so far. */
  readonly #connections = new WeakMap<object, number>();
  #scripts: TokenScripts;
  #faults: Faults = {};
  #goAways = 0;

  constructor(protocol: PushProtocol, options: PushOptions) {
    const { rememberRequests, rememberTokens, log } = options;
    this.#protocol = protocol;
    this.#options = options;
    this.#scripts = new TokenScripts(rememberTokens);
    this.#recorder = new Recorder({
      rememberRequests,
      rememberAddressees: rememberTokens,
      addresseeOf: ({ token }) => token,
      log,
      name: protocol.name,
    });
  }

  requests({ token, ...rest }: PushQuery = {}): RecordedPush[] {
    return this.#recorder.requests({ addressee: token, ...rest });
  }

  counts({ byToken = false }: { byToken?: boolean } = {}): PushCounts {
    const { tally, forgotten } = this.#recorder;
    const { addressees, deliveries } = tally.forgotten;
    return {
      ...tally.totals(),
      reasons: tally.reasons(),
      tokens: tally.addressees,
      goAways: this.#goAways,
      forgotten: { requests: forgotten, tokens: addressees, deliveries },
      ...(byToken && { byToken: tally.byAddressee() }),
    };
  }

  setFaults(faults: Faults): void {
    this.#faults = parse(Faults, faults);
  }

  clear(): void {
    this.#recorder.clear();
    this.#scripts = new TokenScripts(this.#options.rememberTokens);
    this.#faults = {};
    this.#goAways = 0;
  }

  onRequest(listener: (request: RecordedPush) => void): () => void {
    return this.#recorder.onRequest(listener);
  }

  /**
   * Handles and answers one request.
   *
   * @throws Error if the caller disconnects before the request is complete; such a request is not counted.
   */
  async handle(exchange: Exchange): Promise<void> {
    const nth = this.#countOn(exchange);
    const body = await exchange.body(this.#protocol.maxBodyBytes);
    const now = this.#options.now();
    const { badCredential = false } = this.#faults;
    const verdict = this.#protocol.check({ exchange, body, now, badCredential });
    const { answer, manner } = this.#decide(verdict, { nth, now });
    const { method, path, headers, http2 } = exchange;
    const { token } = verdict;
    const { reason } = answer;
    const text = body?.toString() ?? '';
    const pending = this.#recorder.receive({
      receivedAt: now,
      method,
      path,
      http2,
      headers,
      body: text,
      token,
      reason,
    });
    perform(exchange, { reply: answer, manner }, (fate) => {
      const { sequence } = pending.request;
      if (manner.last !== undefined && typeof fate === 'number') this.#goAways += 1;
      this.#options.log.debug({ service: this.#protocol.name, sequence, answered: fate, reason }, 'push.answered');
      pending.settle({ fate, delivery: verdict.ok ? verdict.delivery : undefined, reason });
    });
  }

  /** The number of this request on its connection. */
  #countOn(exchange: Exchange): number {
    const nth = (this.#connections.get(exchange.connection) ?? 0) + 1;
    this.#connections.set(exchange.connection, nth);
    const { maxStreams = this.#options.maxStreams } = this.#faults;
    if (nth === 1 || this.#faults.maxStreams !== undefined) exchange.allowStreams(maxStreams);
    return nth;
  }

  #decide(verdict: CheckResult, { nth, now }: { nth: number; now: number }): { answer: Answer; manner: Manner } {
    const { random } = this.#options;
    const { goAwayEvery = Number.POSITIVE_INFINITY, goAwayInTwoSteps: twoSteps = false } = this.#faults;
    const step = verdict.ok ? { ...randomStep(this.#faults, random), ...this.#scripts.next(verdict.token) } : ANSWERED;
    const { failure, goAway = nth % goAwayEvery === 0, retryAfter, padTo = 0, ...manner } = step;
    const answer = verdict.ok ? answerTo(verdict, failure) : verdict.refusal;
    return {
      answer: {
        ...answer,
        text: answer.text.padEnd(padTo),
        ...(retryAfter && { headers: { ...answer.headers, 'retry-after': retryAfterHeader(retryAfter, now) } }),
      },
      manner: {
        latencyMs: latencyOf(this.#faults, random),
        last: goAway ? { words: this.#protocol.farewell, twoSteps } : undefined,
        ...manner,
      },
    };
  }
}

const ANSWERED: TokenStep = {};

const answerTo = ({ accepted, failed }: GoodResult, failure: Failure | undefined): Answer =>
  (failure && failed(failure)) ?? accepted;

/** Either form of https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
const retryAfterHeader = ({ seconds, as }: RetryAfter, now: number): string =>
  as === 'seconds' ? String(seconds) : new Date(now + seconds * 1_000).toUTCString();
