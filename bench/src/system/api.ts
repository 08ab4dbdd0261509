/** Talks to ingest as a chat backend. */
export class Api {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, headers: Record<string, string>) {
    this.#url = url;
    this.#headers = { ...headers, 'content-type': 'application/json' };
  }

  /** With other credentials. */
  as(headers: Record<string, string>): Api {
    return new Api(this.#url, headers);
  }

  get(path: string): Promise<Data> {
    return this.#call(path, { method: 'GET' });
  }

  post(path: string, body: object): Promise<Data> {
    return this.#call(path, { method: 'POST', body: JSON.stringify(body) });
  }

  put(path: string, body: object): Promise<Data> {
    return this.#call(path, { method: 'PUT', body: JSON.stringify(body) });
  }

  patch(path: string, body: object): Promise<Data> {
    return this.#call(path, { method: 'PATCH', body: JSON.stringify(body) });
  }

  /** `data` of the answer. @throws when it is an error. */
  async #call(path: string, init: RequestInit): Promise<Data> {
    const answer = await fetch(`${this.#url}${path}`, { ...init, headers: this.#headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return (JSON.parse(text) as { data: Data }).data;
  }
}

/** What is under `data` in an answer. */
type Data = Record<string, unknown>;
