import { DevError } from './dev-error.ts';

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
   * The answer's body. A string is sent as NDJSON, anything else as JSON. An error whose code is `expected` is no error.
   *
   * @throws DevError with the API's words; AbortError when the signal aborts.
   */
  async call<Answer>(method: string, path: string, body?: unknown, expected?: string): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method,
      signal: this.#signal,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': contentType(body) }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Answer & { error?: { code: string; message: string } };
    if (answer.error && answer.error.code !== expected) {
      throw new DevError(`${method} ${path} was answered ${response.status}: ${answer.error.message}`);
    }
    return answer;
  }
}

const contentType = (body: unknown): string => (typeof body === 'string' ? 'application/x-ndjson' : 'application/json');
