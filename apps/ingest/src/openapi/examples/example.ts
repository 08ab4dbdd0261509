/** One request and its answer, as they were: a test makes all requests in order and compares all answers. */
export interface Example {
  /** The operation, by method and documented path, e.g. `GET /v3/users/{uid}`. */
  operation: string;
  /** What it shows; needed where an operation has several. */
  name?: string;
  /** Who asks: the operator, the chat backend with an API key of its app, or bob's phone with his auth token. */
  as: 'operator' | 'backend' | 'bob';
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Sent as JSON; a text as NDJSON. */
  body?: unknown;
  status: number;
  answer: unknown;
}
