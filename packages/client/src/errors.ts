/** The codes of the client itself; all others are the server's (docs/errors.md). */
export type ClientErrorCode =
  /** No answer: the connection failed or broke. */
  | 'ERR_NETWORK'
  /** No complete answer in time. */
  | 'ERR_TIMEOUT'
  /** An answer that does not come from Fanfare, such as a proxy's error page. */
  | 'ERR_UNEXPECTED_ANSWER'
  /** An API key, app id or auth token that cannot be a header: empty, or with spaces or line breaks. */
  | 'ERR_BAD_CREDENTIAL'
  /** A webhook without one of the three headers of its signature. */
  | 'ERR_WEBHOOK_HEADERS'
  /** A webhook signed too long ago, or in the future. */
  | 'ERR_WEBHOOK_TIMESTAMP'
  /** A webhook without a matching signature. */
  | 'ERR_WEBHOOK_SIGNATURE'
  /** A signing secret that is not `whsec_` followed by base64. */
  | 'ERR_WEBHOOK_SECRET'
  /** A well-signed webhook that is not JSON. */
  | 'ERR_WEBHOOK_BODY';

/** Further details of a failure. */
export interface FanfareClientErrorOptions {
  status?: number | undefined;
  details?: unknown;
  retryAfterS?: number | undefined;
  cause?: unknown;
}

/** Every failure of the client. The message names what is wrong and never holds a credential. */
export class FanfareClientError extends Error {
  override readonly name = 'FanfareClientError';
  /** A code of the server's catalogue (docs/errors.md) or one of {@link ClientErrorCode}. */
  readonly code: string;
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** Details from the server, e.g. `{problems: [{field, problem}]}`. */
  readonly details: unknown;
  /** Seconds the server asks to wait before trying again. */
  readonly retryAfterS: number | undefined;

  constructor(code: string, message: string, options: FanfareClientErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.details = options.details;
    this.retryAfterS = options.retryAfterS;
  }
}
