import { DevError } from './terminal.ts';

/** Longer than the API waits for a sender's answer, ms. */
const TIMEOUT_MS = 20_000;

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
   * Sends a request such as `PUT /v3/users/alice` and returns the body of the answer. A string is sent as NDJSON,
   * anything else as JSON. An error with the code `expected` counts as success.
   *
   * After the signal has aborted, no further request is sent; one under way is short and completes.
   *
   * @throws DevError with the API's message; AbortError once the signal has aborted.
   */
  async call<Answer>(request: string, body?: unknown, expected?: string): Promise<Answer> {
    this.#signal.throwIfAborted();
    const [method = '', path = ''] = request.split(' ');
    const response = await fetch(this.#url + path, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
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
