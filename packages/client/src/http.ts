import { FanfareClientError } from './errors.ts';

/** The `fetch` to use: the global one, or one like it. */
export type Fetch = typeof globalThis.fetch;

/** Address and credentials. */
export interface HttpOptions {
  url: string;
  /** The headers with credentials; requested before every call. */
  credentials: () => Promise<Record<string, string>>;
  fetch?: Fetch | undefined;
  timeoutMs?: number | undefined;
}

/** One request. A stream as body is uploaded as it is read and has no timeout. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Already encoded. */
  path: string;
  body?: string | ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /** The content type; default JSON. */
  contentType?: string | undefined;
}

/** Timeout of a whole request, in ms. */
const DEFAULT_TIMEOUT_MS = 15_000;

/** Sends requests in the API's envelope over `fetch`. */
export class Http {
  readonly #url: string;
  readonly #credentials: HttpOptions['credentials'];
  readonly #fetch: Fetch;
  readonly #timeoutMs: number;

  constructor({ url, credentials, fetch, timeoutMs = DEFAULT_TIMEOUT_MS }: HttpOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#credentials = credentials;
    // Wrapped, because a browser's `fetch` may be called only as a method of the window.
    this.#fetch = (input, init) => (fetch ?? globalThis.fetch)(input, init);
    this.#timeoutMs = timeoutMs;
  }

  /**
   * The `data` of the answer.
   * @throws FanfareClientError with the server's code, or a {@link ClientErrorCode} where it gave none.
   */
  async call<T>(request: HttpRequest): Promise<T> {
    return (await this.#envelope(request)).data as T;
  }

  /** The whole answer of a list. @throws FanfareClientError like `call`. */
  async page<P extends { data: unknown; meta: object }>(request: HttpRequest): Promise<P> {
    const { data, meta = {} } = await this.#envelope(request);
    return { data, meta } as P;
  }

  async #envelope(request: HttpRequest): Promise<Envelope> {
    const headers = await this.#credentials();
    const { response, text } = await this.#answer(request, headers);
    const envelope = parseEnvelope(text);
    if (response.ok && envelope && 'data' in envelope) return envelope;
    throw refusal(response, envelope?.error);
  }

  async #answer(request: HttpRequest, headers: Record<string, string>): Promise<{ response: Response; text: string }> {
    const abort = new AbortController();
    const streamed = typeof request.body === 'object';
    const timer = streamed ? undefined : setTimeout(() => abort.abort(), this.#timeoutMs);
    try {
      const response = await this.#fetch(this.#url + request.path, initOf(request, headers, abort.signal));
      return { response, text: await response.text() };
    } catch (cause) {
      if (abort.signal.aborted) {
        throw new FanfareClientError('ERR_TIMEOUT', `no answer within ${this.#timeoutMs} ms`, { cause });
      }
      throw new FanfareClientError('ERR_NETWORK', 'the server cannot be reached, or the connection broke', { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Checks that a credential can be a header; otherwise `fetch` would quote it in its error. */
export function credential(name: string, value: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new FanfareClientError('ERR_BAD_CREDENTIAL', `${name}: must be printable ASCII without spaces, and not empty`);
}

function initOf({ method, body, contentType }: HttpRequest, headers: Record<string, string>, signal: AbortSignal) {
  const init: RequestInit & { duplex?: 'half' } = {
    method,
    headers: body === undefined ? headers : { ...headers, 'content-type': contentType ?? 'application/json' },
    signal,
    // If followed to another host, a redirect would forward the credentials.
    redirect: 'error',
  };
  if (body !== undefined) init.body = body;
  // https://fetch.spec.whatwg.org/#dom-requestinit-duplex
  if (typeof body === 'object') init.duplex = 'half';
  return init;
}

interface Envelope {
  data?: unknown;
  meta?: object;
  error?: { code?: unknown; message?: unknown; details?: unknown } | null;
}

/** Undefined if the text is not a JSON object. */
function parseEnvelope(text: string): Envelope | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function refusal({ status, headers }: Response, error: Envelope['error']): FanfareClientError {
  const retryAfterS = retryAfter(headers.get('retry-after'));
  if (typeof error?.code === 'string' && typeof error.message === 'string') {
    return new FanfareClientError(error.code, error.message, { status, details: error.details, retryAfterS });
  }
  const message = `the answer, with status ${status}, is not one of Fanfare's`;
  return new FanfareClientError('ERR_UNEXPECTED_ANSWER', message, { status, retryAfterS });
}

/** Fanfare sends seconds. A date, as a proxy may send, is ignored. */
function retryAfter(value: string | null): number | undefined {
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}
