/** An answer of the API. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is.
  body: any;
}

/** Calls the API with one credential. */
export class Api {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, headers: Record<string, string>) {
    this.#url = url;
    this.#headers = headers;
  }

  get = (path: string) => this.call('GET', path);
  post = (path: string, body: unknown) => this.call('POST', path, body);
  put = (path: string, body: unknown) => this.call('PUT', path, body);
  patch = (path: string, body: unknown) => this.call('PATCH', path, body);
  delete = (path: string, body?: unknown) => this.call('DELETE', path, body);

  /** A string body goes as it is, anything else as JSON. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** Switches on what is off by default: that members of a group are told who comes and goes. */
  tellGroupActions = () => {
    const actions = ['Left', 'Added', 'Joined', 'Kicked', 'Banned', 'Unbanned', 'ScopeChanged'];
    const group = Object.fromEntries(actions.map((action) => [`member${action}Setting`, 2]));
    return this.patch('/v3/notifications/v1/settings', { preferences: { group } });
  };

  /** Loads the whole list of a group's members. */
  loadMembers = (guid: string, uids: readonly string[]) =>
    this.call('PUT', `/v3/groups/${guid}/members`, uids.map((uid) => JSON.stringify({ uid })).join('\n'), {
      'content-type': 'application/x-ndjson',
    });
}
