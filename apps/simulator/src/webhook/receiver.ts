import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@fanfare/runtime';
import { readBody } from '../http.ts';
import { answer, type Fate } from './answer.ts';
import { check, parseJson, refuse, type Verdict } from './check.ts';
import type { Endpoint, RecordedRequest, RequestQuery } from './endpoint.ts';
import { type CheckedConfig, checkConfig, type EndpointConfig } from './endpoint-config.ts';
import { RequestLog, type StoredRequest } from './request-log.ts';
import { Script } from './script.ts';
import { type Counts, Tally } from './tally.ts';

/** A notification has at most a few KiB; a message object in it may be large. */
const MAX_BODY_BYTES = 1_048_576;
/** Of remembered bodies and headers, per endpoint. */
const MAX_LOG_BYTES = 64 * 1_048_576;

/** What all receivers of a simulator share. */
export interface ReceiverOptions {
  rememberRequests: number;
  rememberUids: number;
  now(): number;
  log: Logger;
}

/** Replaced as a whole by `clear`; a request still in hand then is counted where it was received. */
interface Memory {
  config: CheckedConfig;
  script: Script;
  readonly tally: Tally;
  readonly requests: RequestLog;
}

/** An endpoint with its memory: checks what comes, answers by script, counts. */
export class Receiver implements Endpoint {
  readonly name: string;
  readonly #options: ReceiverOptions;
  readonly #listeners = new Set<(request: RecordedRequest) => void>();
  #memory: Memory;

  constructor(name: string, options: ReceiverOptions) {
    this.name = name;
    this.#options = options;
    this.#memory = emptyMemory(options);
  }

  configure(config: EndpointConfig): void {
    const checked = checkConfig(config);
    this.#memory.config = checked;
    this.#memory.script = new Script(checked, this.#options.rememberUids);
  }

  requests({ uid, after = 0, limit = Number.POSITIVE_INFINITY }: RequestQuery = {}): RecordedRequest[] {
    const found: RecordedRequest[] = [];
    for (const stored of this.#memory.requests.after(after)) {
      if (found.length >= limit) break;
      if (uid === undefined || stored.uid === uid) found.push(shown(stored));
    }
    return found;
  }

  counts({ byUid = false }: { byUid?: boolean } = {}): Counts {
    const { tally, requests } = this.#memory;
    const counts = tally.counts(requests.forgotten);
    return byUid ? { ...counts, byUid: tally.byUid() } : counts;
  }

  clear(): void {
    this.#memory = emptyMemory(this.#options);
  }

  onRequest(listener: (request: RecordedRequest) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /**
   * Takes one HTTP request and sees to its answer.
   *
   * @throws Error when the caller leaves before its request is complete; such a request is not counted.
   */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const now = this.#options.now();
    const body = await readBody(request, MAX_BODY_BYTES);
    const memory = this.#memory;
    const verdict = body === undefined ? TOO_LARGE : check({ method, headers, body, now }, memory.config);
    const uid = verdict.ok ? verdict.uid : undefined;
    const stored = memory.requests.add({
      receivedAt: now,
      method,
      headers: masked(headers),
      body: body?.toString() ?? '',
      uid,
    });
    memory.tally.received(uid);
    const step = verdict.ok ? memory.script.next(verdict.uid) : verdict.refusal;
    answer(step, response, (fate) => this.#settle({ memory, stored, verdict }, fate));
  }

  #settle({ memory, stored, verdict }: { memory: Memory; stored: StoredRequest; verdict: Verdict }, fate: Fate): void {
    stored.answered = fate;
    memory.tally.settled(fate, verdict.ok ? verdict.delivery : undefined);
    const { sequence, uid } = stored;
    this.#options.log.debug({ endpoint: this.name, sequence, uid, answered: fate }, 'webhook.answered');
    for (const listener of this.#listeners) this.#tell(listener, stored);
  }

  #tell(listener: (request: RecordedRequest) => void, stored: StoredRequest): void {
    try {
      listener(shown(stored));
    } catch (error) {
      this.#options.log.error({ err: error, endpoint: this.name }, 'listener.failed');
    }
  }
}

const TOO_LARGE = refuse(413, `body: is larger than ${MAX_BODY_BYTES} bytes`, { connection: 'close' });

const emptyMemory = ({ rememberRequests, rememberUids }: ReceiverOptions): Memory => ({
  config: {},
  script: new Script({}, rememberUids),
  tally: new Tally(rememberUids),
  requests: new RequestLog(rememberRequests, MAX_LOG_BYTES),
});

const shown = (stored: StoredRequest): RecordedRequest => ({ ...stored, json: parseJson(stored.body) });

/** Whoever may look at what was received need not learn the password. */
function masked(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  if (headers.authorization === undefined) return headers;
  return { ...headers, authorization: `${headers.authorization.split(' ', 1)[0]} ***` };
}
