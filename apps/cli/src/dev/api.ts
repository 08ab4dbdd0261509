import { DevError } from './terminal.ts';

/** Calls the API with one credential, as any client would. */
export class Api {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #signal: AbortSignal;

  constructor(url: string, headers: Record<string, string>, signal: AbortSignal) {
    this.#url = url;
    this.#headers = headers;
    this.#signal = signal;
  }

  /**
   * The answer's body to a request such as `PUT /v3/users/alice`. A string is sent as NDJSON, anything else as JSON. An
   * error whose code is `expected` is no error.
   *
   * Nothing is asked any more once the signal has aborted; what is under way is short and comes to its end.
   *
   * @throws DevError with the API's words; AbortError once the signal has aborted.
   */
  async call<Answer>(request: string, body?: unknown, expected?: string): Promise<Answer> {
    this.#signal.throwIfAborted();
    const [method = '', path = ''] = request.split(' ');
    const response = await fetch(this.#url + path, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': contentType(body) }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Answer & { error?: { code: string; message: string } };
    if (answer.error && answer.error.code !== expected) {
      throw new DevError(`${request} was answered ${response.status}: ${answer.error.message}`);
    }
    return answer;
  }
}

const contentType = (body: unknown): string => (typeof body === 'string' ? 'application/x-ndjson' : 'application/json');
