/** A request and its answer. A test replays all requests in order and compares the answers. */
export interface Example {
  /** The operation, by method and documented path, e.g. `GET /v3/users/{uid}`. */
  operation: string;
  /** What it shows; required if an operation has several examples. */
  name?: string;
  /** The caller: the operator, the chat backend with its API key, or bob's phone with his auth token. */
  as: 'operator' | 'backend' | 'bob';
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Sent as JSON; a string is sent as NDJSON. */
  body?: unknown;
  status: number;
  answer: unknown;
}
