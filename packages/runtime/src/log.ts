import { isNativeError } from 'node:util/types';
import {
  type DestinationStream,
  type LevelWithSilent,
  type Logger,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
import { standardOutput } from './joined-lines.ts';

export type { Logger } from 'pino';

/**
 * From the rarest to the most frequent. `error`: an operator must act now; `warn`: soon; `info`: no action; `debug`:
 * for developers.
 */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export interface LoggerOptions {
  /** The name of the process, in every line. */
  name: string;
  level: LevelWithSilent;
  /** The destination of the lines, one JSON object each; standard output by default. */
  destination?: DestinationStream;
}

/**
 * A JSON logger with ISO times and level names. Tokens, passwords, keys and message text are replaced by "[redacted]"
 * anywhere in a line's fields, in a child's bindings or in an error's properties. Instances of classes are not
 * searched: log their fields instead.
 *
 * pino's own `redact` is not used: with the wildcards this needs it cost 35 to 90 µs per line, and this costs about 1.
 */
export function createLogger({ name, level, destination }: LoggerOptions): Logger {
  const logger = pino(
    {
      name,
      level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redact },
      serializers: { err: readable },
    },
    destination ?? standardOutput(),
  );
  // No pino formatter sees a child's bindings. Children inherit from their parent, so this covers all of them.
  const child = logger.child;
  logger.child = function (this: Logger, bindings: object, options?: object) {
    return child.call(this, redact(bindings), options);
  } as Logger['child'];
  return logger;
}

const REDACTED = '[redacted]';

/** Names with these endings are secret in any case: pushToken, basicAuthPassword, x-api-key, private_key. */
const SECRET = new RegExp(
  '(?:token|password|secret|(?:api|admin|master|private)[-_]?key|authorization|cookie|credentials?' +
    '|service[-_]?account|p8)$',
  'i',
);

/** The text of messages. */
const MESSAGE_TEXT = new Set(['text', 'body']);

/** The depth that pino prints; anything below appears as "[Object]". */
const MAX_DEPTH = 5;

/** The result of pino's error serializer: not a plain object, but treated as one. */
const SERIALIZED_ERROR = Object.getPrototypeOf(stdSerializers.err(new Error('any')));

/** The same object if nothing in it is secret, as usual; else a copy of the objects on the path. */
function redact<T extends object>(fields: T, depth = 0): T {
  let copy: T | undefined;
  for (const [key, value] of Object.entries(fields)) {
    const kept = visible(key, value, depth);
    if (kept === value) continue;
    copy ??= (Array.isArray(fields) ? [...fields] : { ...fields }) as T;
    (copy as Record<string, unknown>)[key] = kept;
  }
  return copy ?? fields;
}

function visible(key: string, value: unknown, depth: number): unknown {
  // Numbers and booleans are not secret: `hasToken: true` and `token: 3` (a count) stay readable.
  if (typeof value === 'string') return isSecret(key) ? REDACTED : value;
  if (typeof value !== 'object' || value === null) return value;
  if (isSecret(key)) return REDACTED;
  // A line's own `err` has yet to pass its serializer.
  if (isNativeError(value)) return depth === 0 && key === 'err' ? value : readable(value);
  return depth < MAX_DEPTH && isPlain(value) ? redact(value, depth + 1) : value;
}

/** An error as shown in a line, under any name. */
const readable = (error: unknown): unknown => visible('', shownError(error as Error), 0);

/** A Redis error contains the command with its arguments: bodies of events, keys, tokens. */
const COMMANDS = ['command', 'previousErrors', 'lastNodeError'] as const;

function shownError(error: Error) {
  const shown = stdSerializers.err(error);
  if (typeof shown !== 'object' || shown === null) return shown;
  for (const name of COMMANDS) delete (shown as unknown as Record<string, unknown>)[name];
  return shown;
}

const isSecret = (key: string): boolean => MESSAGE_TEXT.has(key) || SECRET.test(key);

/** Instances of classes are left to their serializers (Fastify's requests) or their own toJSON (dates). */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || prototype === SERIALIZED_ERROR || Array.isArray(value);
}
