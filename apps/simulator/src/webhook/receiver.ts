import type { Logger } from '@fanfare/runtime';
import type { Exchange } from '../exchange/exchange.ts';
import { perform } from '../exchange/perform.ts';
import { parse } from '../parse.ts';
import { Recorder } from '../recording/recorder.ts';
import { mannerOf, replyOf } from './answer.ts';
import type { Step } from './behaviour.ts';
import { check, refuse } from './check.ts';
import type { Counts, Endpoint, RecordedRequest, RequestQuery, StoredWebhook } from './endpoint.ts';
import { type CheckedConfig, ConfigSchema, type EndpointConfig } from './endpoint-config.ts';
import { faultyStep } from './faults.ts';
import { Script } from './script.ts';

/** A notification has a few KiB at most, but a message object in it may be large. */
const MAX_BODY_BYTES = 1_048_576;

/** What all receivers of a simulator share. */
export interface ReceiverOptions {
  rememberRequests: number;
  rememberUids: number;
  now(): number;
  /** In [0, 1). */
  random(): number;
  log: Logger;
}

/** An endpoint and its records: checks requests, answers by script, and counts. */
export class Receiver implements Endpoint {
  readonly name: string;
  readonly #options: ReceiverOptions;
  readonly #recorder: Recorder<StoredWebhook>;
  #config: CheckedConfig = {};
  #script: Script;

  constructor(name: string, options: ReceiverOptions) {
    const { rememberRequests, rememberUids, log } = options;
    this.name = name;
    this.#options = options;
    this.#script = new Script({}, rememberUids);
    this.#recorder = new Recorder({
      rememberRequests,
      rememberAddressees: rememberUids,
      addresseeOf: ({ uid }) => uid,
      log,
      name,
    });
  }

  configure(config: EndpointConfig): void {
    this.#config = parse(ConfigSchema, config);
    this.#script = new Script(this.#config, this.#options.rememberUids);
  }

  requests({ uid, ...rest }: RequestQuery = {}): RecordedRequest[] {
    return this.#recorder.requests({ addressee: uid, ...rest });
  }

  counts({ byUid = false }: { byUid?: boolean } = {}): Counts {
    const { tally, forgotten } = this.#recorder;
    const { addressees, deliveries } = tally.forgotten;
    return {
      ...tally.totals(),
      uids: tally.addressees,
      forgotten: { requests: forgotten, uids: addressees, deliveries },
      ...(byUid && { byUid: tally.byAddressee() }),
    };
  }

  clear(): void {
    this.#recorder.clear();
    this.configure({});
  }

  onRequest(listener: (request: RecordedRequest) => void): () => void {
    return this.#recorder.onRequest(listener);
  }

  /**
   * Handles and answers one HTTP request.
   *
   * @throws Error if the caller disconnects before the request is complete; such a request is not counted.
   */
  async handle(exchange: Exchange): Promise<void> {
    const { method, headers } = exchange;
    const now = this.#options.now();
    const body = await exchange.body(MAX_BODY_BYTES);
    const verdict = body === undefined ? TOO_LARGE : check({ method, headers, body, now }, this.#config);
    const uid = verdict.ok ? verdict.uid : undefined;
    const delivery = verdict.ok ? verdict.delivery : undefined;
    const pending = this.#recorder.receive({ receivedAt: now, method, headers, body: body?.toString() ?? '', uid });
    const step = verdict.ok ? this.#next(verdict.uid) : verdict.refusal;
    perform(exchange, { reply: replyOf(step), manner: mannerOf(step) }, (fate) => {
      const { sequence } = pending.request;
      this.#options.log.debug({ endpoint: this.name, sequence, uid, answered: fate }, 'webhook.answered');
      pending.settle({ fate, delivery });
    });
  }

  #next(uid: string): Step {
    const step = this.#script.next(uid);
    const { faults } = this.#config;
    return faults === undefined ? step : { ...faultyStep(faults, this.#options.random), ...step };
  }
}

const TOO_LARGE = refuse(413, `body: is larger than ${MAX_BODY_BYTES} bytes`, { connection: 'close' });
