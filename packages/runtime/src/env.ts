import { z } from 'zod';

/** The environment as Node gives it, or a test's stand-in for it. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The environment does not fit the schema. The message is meant for the person who set it: one line per problem,
 * each naming the variable, what it got and what it is for. Secrets do not appear in it.
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
 * Reads the variables a schema names, once, at start-up. The keys of the schema are the names; `.describe()` each
 * field, as the last call, since the description ends up in the error and in the documentation. A variable that is
 * set to nothing counts as unset, because that is what `FOO=` in a compose file means.
 *
 * @throws ConfigError listing every problem at once. (A rule between variables is looked at once each is good by itself.)
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

/** A switch, off or on by default. Strict: "false" is false and "maybe" is an error, unlike `z.coerce.boolean()`. */
export const flag = (fallback: boolean) =>
  z
    .stringbool({
      truthy: ['true', '1', 'yes', 'on'],
      falsy: ['false', '0', 'no', 'off'],
      error: 'expected true, false, yes, no, on, off, 1 or 0',
    })
    .default(fallback);

/** A whole number, both ends included; "5.0", "1e3" and "0x10" are errors. */
export const intBetween = (min: number, max: number, fallback: number) => {
  const error = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d+$/, { error, abort: true })
    .transform(Number)
    .refine((number) => number >= min && number <= max, { error })
    .default(fallback);
};

/** How many proxies are trusted to say where a request came from: a switch, or their number where they are in a row. */
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

/** So many bytes in base64, kept as the text; a key, for example. */
export const base64Bytes = (bytes: number) =>
  z.string().refine((text) => Buffer.from(text, 'base64').length === bytes, {
    error: `expected ${bytes} bytes in base64 (openssl rand -base64 ${bytes})`,
  });

/** Values separated by commas, trimmed, empty ones dropped; nothing set is an empty list. `.pipe()` checks them. */
export const list = () => z.string().transform(split).default([]);

/** Values separated by commas, read by a parser of the caller's, whose error says what is wrong with them. */
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

const SECRET_NAME = /KEY|PASS|TOKEN|SECRET|CREDENTIAL/i;

/** What may be printed of a value: nothing of a secret, a URL without its credentials and its query. */
function shown(name: string, value: string): string {
  if (SECRET_NAME.test(name)) return 'a value that is not shown';
  // Up to the last "@" of all: a password may itself hold "/", "," or "@", and hiding too much is no harm.
  const masked = value.replace(/^([a-z][\w+.-]*:\/\/)?.*@/is, '$1***@').replace(/\?.*$/s, '?***');
  return JSON.stringify(masked.length > 200 ? `${masked.slice(0, 200)}…` : masked);
}
