import { z } from 'zod';

/** The environment as in Node, or a test's replacement. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The environment does not match the schema. The message is for the operator: one line per problem, with the variable,
 * its value and its meaning. It contains no secrets.
 */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The configuration is not valid:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.problems = problems;
  }
}

/**
 * Reads the variables of a schema, once, at start. The schema's keys are the names. Call `.describe()` last on each
 * field: the description appears in errors and in the documentation. An empty variable counts as unset, because that is
 * what `FOO=` in a compose file means.
 *
 * @throws ConfigError listing every problem at once. (Rules between variables are checked once each variable is valid.)
 */
export function readEnv<Schema extends z.ZodObject>(schema: Schema, env: Env = process.env): z.output<Schema> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name];
    if (value) given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => problem(issue, schema, given)));
}

/** A flag, off or on by default. Strict: "false" is false and "maybe" is an error, unlike `z.coerce.boolean()`. */
export const flag = (fallback: boolean) =>
  z
    .stringbool({
      truthy: ['true', '1', 'yes', 'on'],
      falsy: ['false', '0', 'no', 'off'],
      error: 'expected true, false, yes, no, on, off, 1 or 0',
    })
    .default(fallback);

/** A whole number, both bounds inclusive; "5.0", "1e3" and "0x10" are errors. */
export const intBetween = (min: number, max: number, fallback: number) => {
  const error = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d+$/, { error, abort: true })
    .transform(Number)
    .refine((number) => number >= min && number <= max, { error })
    .default(fallback);
};

/** The number of trusted proxies in a row, or a flag. */
export const trustedProxies = () =>
  z
    .string()
    .transform((text, context) => {
      if (/^([1-9]|10)$/.test(text)) return Number(text);
      if (/^(true|yes|on)$/i.test(text)) return 1;
      if (/^(false|no|off|0)$/i.test(text)) return 0;
      context.addIssue({ code: 'custom', message: 'expected true, false or the number of proxies, 1 to 10' });
      return z.NEVER;
    })
    .default(0);

/** Base64 of this many bytes, kept as text; a key, for example. */
export const base64Bytes = (bytes: number) =>
  z.string().refine((text) => Buffer.from(text, 'base64').length === bytes, {
    error: `expected ${bytes} bytes in base64 (openssl rand -base64 ${bytes})`,
  });

/** Comma-separated values, trimmed, without empty ones; unset is an empty list. `.pipe()` validates them. */
export const list = () => z.string().transform(split).default([]);

/** Comma-separated values for a parser of the caller, whose error says what is wrong. */
export const listBy = <T>(parse: (text: string) => T[]) =>
  list().transform((entries, context) => {
    try {
      return parse(entries.join(','));
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });

const split = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function problem(issue: z.core.$ZodIssue, schema: z.ZodObject, given: Env): string {
  const name = String(issue.path[0] ?? '');
  if (name === '') return issue.message;
  const description = (schema.shape[name] as z.ZodType | undefined)?.description;
  const meaning = description === undefined ? '' : ` (${description})`;
  const value = given[name];
  if (value === undefined && issue.code === 'custom') return `${name}: ${issue.message}, is not set${meaning}`;
  if (value === undefined) return `${name} is not set${meaning}`;
  return `${name}: ${issue.message}, got ${shown(name, value)}${meaning}`;
}

/** One variable of a running process. */
export interface Setting {
  name: string;
  /** What it is, without secrets; absent if it is not set. */
  value?: string;
  /** Whether it differs from the default. */
  isSet: boolean;
}

/**
 * What a process runs with, by the schema it was read with: every variable and its effective value. A secret is only
 * said to be set; URLs lose their credentials and query.
 */
export function shownSettings(
  schema: Pick<z.ZodObject<Record<string, z.ZodType>>, 'shape'>,
  config: Readonly<Record<string, unknown>>,
): Setting[] {
  return Object.keys(schema.shape).map((name) => {
    const value = config[name];
    const standard = (schema.shape[name] as z.ZodType).safeParse(undefined);
    const isSet = value !== undefined && !(standard.success && JSON.stringify(standard.data) === JSON.stringify(value));
    return { name, isSet, ...(value === undefined ? {} : { value: settingText(name, value) }) };
  });
}

function settingText(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => settingText(name, item)).join(', ');
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return SECRET_NAME.test(name) ? 'a value that is not shown' : masked(String(value));
}

const SECRET_NAME = /KEY|PASS|TOKEN|SECRET|CREDENTIAL/i;

/** The printable form of a value: nothing for a secret, a URL without credentials and query. */
function shown(name: string, value: string): string {
  if (SECRET_NAME.test(name)) return 'a value that is not shown';
  return JSON.stringify(masked(value));
}

function masked(value: string): string {
  // Up to the last "@": a password may contain "/", "," or "@", and hiding too much does no harm.
  const text = value.replace(/^([a-z][\w+.-]*:\/\/)?.*@/is, '$1***@').replace(/\?.*$/s, '?***');
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
