import type { z } from 'zod';
import { graphemeBoundary } from '../text/graphemes.ts';

/**
 * Every error of the API: its HTTP status, and whether the same request may succeed later. The first block is
 * CometChat's codes (docs/rules/cometchat.md#errors), whose statuses CometChat does not document; the rest are ours. A
 * test keeps `docs/errors.md` equal to this list. A retired code is never reused.
 */
export const ERRORS = {
  AUTH_ERR_EMPTY_APIKEY: {
    status: 401,
    retry: false,
    meaning: 'No credential: the `apikey` or `adminkey` header is missing.',
  },
  AUTH_ERR_APIKEY_NOT_FOUND: { status: 401, retry: false, meaning: 'The key is unknown or revoked.' },
  AUTH_ERR_AUTH_TOKEN_NOT_FOUND: {
    status: 401,
    retry: false,
    meaning: 'The auth token is unknown or has been revoked.',
  },
  AUTH_ERR_NO_ACCESS: { status: 403, retry: false, meaning: 'The credential is valid but may not do this.' },
  ERR_BAD_REQUEST: {
    status: 400,
    retry: false,
    meaning: 'A field is missing, unknown or wrong; the message names it.',
  },
  ERR_UID_NOT_FOUND: { status: 404, retry: false, meaning: 'No user has this uid.' },
  ERR_PROVIDER_NOT_FOUND: { status: 404, retry: false, meaning: 'No provider of this kind is configured.' },
  ERR_PROVIDER_ALREADY_EXISTS: {
    status: 409,
    retry: false,
    meaning: 'A provider of this kind is already configured; change it with PUT.',
  },
  ERR_TOKEN_NOT_FOUND: { status: 404, retry: false, meaning: 'No such push token or auth token.' },
  ERR_TOO_MANY_REQUESTS: { status: 429, retry: true, meaning: 'Too many requests; wait for `Retry-After` seconds.' },
  ERR_QUOTA_EXCEEDED: {
    status: 403,
    retry: false,
    meaning: 'The app has reached its limit of users, groups or members; the message says which.',
  },
  ERR_TOO_MANY_OPEN_EVENTS: {
    status: 429,
    retry: true,
    meaning: 'Too many events of the app are still being sent; wait for `Retry-After` seconds.',
  },
  ERR_APP_NOT_FOUND: { status: 404, retry: false, meaning: 'No app has this id.' },
  ERR_APP_ALREADY_EXISTS: { status: 409, retry: false, meaning: 'An app with this id exists.' },
  ERR_APIKEY_NOT_FOUND: { status: 404, retry: false, meaning: 'The app has no API key with this id.' },
  ERR_GUID_NOT_FOUND: { status: 404, retry: false, meaning: 'No group has this guid.' },
  ERR_EVENT_NOT_FOUND: { status: 404, retry: false, meaning: 'No event with this id, or its record has expired.' },
  ERR_MESSAGE_NOT_FOUND: { status: 404, retry: false, meaning: 'No message with this id, or its record has expired.' },
  ERR_REPLAY_NOT_FOUND: { status: 404, retry: false, meaning: 'No replay with this id, or its record has expired.' },
  ERR_IMPORT_NOT_FOUND: { status: 404, retry: false, meaning: 'No import with this id, or its record has expired.' },
  ERR_IMPORT_TAKEN_OVER: { status: 409, retry: false, meaning: 'Another request has continued this import.' },
  ERR_ROUTE_NOT_FOUND: { status: 404, retry: false, meaning: 'No such path or method.' },
  ERR_PAYLOAD_TOO_LARGE: { status: 413, retry: false, meaning: 'The body is larger than this path takes.' },
  ERR_UNSUPPORTED_MEDIA_TYPE: { status: 415, retry: false, meaning: 'The `Content-Type` is not one this path takes.' },
  ERR_OVERLOADED: { status: 503, retry: true, meaning: 'Redis is nearly full; wait for `Retry-After` seconds.' },
  ERR_NO_SENDER: {
    status: 503,
    retry: true,
    meaning: 'No sender for the provider has answered. Check that one is running.',
  },
  ERR_UNAVAILABLE: {
    status: 503,
    retry: true,
    meaning:
      'Redis, a replica or the archive cannot be reached; nothing was stored, unless a retry is answered `duplicate`.',
  },
  ERR_INTERNAL: { status: 500, retry: true, meaning: 'A bug of ours; the log has it under the request id.' },
} as const satisfies Record<string, { status: number; retry: boolean; meaning: string }>;
export type ErrorCode = keyof typeof ERRORS;

/** An error meant for the caller: a code of the catalogue and a message that names the field, never a secret. */
export class FanfareError extends Error {
  override name = 'FanfareError';
  readonly code: ErrorCode;
  readonly details: unknown;
  /** Seconds for `Retry-After`. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: unknown; retryAfterS?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterS = options.retryAfterS;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** One problem with an input: the path of the field (`message.id`, `members[2].uid`) and what is wrong with it. */
export interface FieldProblem {
  field: string;
  problem: string;
}

/** The problems of a failed parse, each naming its field but never the value, which may be a secret. */
export function fieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: fieldPath([...issue.path, key]), problem: 'is not a known field' }));
    }
    // A record with an invalid key: report what is wrong with the key.
    const problem = (issue.code === 'invalid_key' && issue.issues[0]?.message) || issue.message;
    return [{ field: fieldPath(issue.path), problem }];
  });
}

/** Problems that an answer names: it must not grow with the number of mistakes in the request. */
export const MAX_PROBLEMS = 20;

/** `ERR_BAD_REQUEST` for a failed parse: the first problem in the message, up to twenty in `details`. */
export function badRequest(problems: FieldProblem[]): FanfareError {
  const [first = { field: 'body', problem: 'is not valid' }] = problems;
  return new FanfareError('ERR_BAD_REQUEST', `${first.field}: ${first.problem}`, {
    details: { problems: problems.slice(0, MAX_PROBLEMS) },
  });
}

/** Characters kept of one part of a path: an unknown field may have a name of any length. */
const MAX_PART = 100;

function fieldPath(path: PropertyKey[]): string {
  if (path.length === 0) return 'body';
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i ? '.' : ''}${cut(String(part))}`))
    .join('');
}

const cut = (part: string): string =>
  part.length > MAX_PART ? `${part.slice(0, graphemeBoundary(part, MAX_PART))}…` : part;
