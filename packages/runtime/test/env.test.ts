import { expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  ConfigError,
  flag,
  intBetween,
  list,
  listBy,
  processEnv,
  readEnv,
  shownSettings,
  trustedProxies,
} from '../src/index.ts';

const schema = z.object({
  PORT: intBetween(0, 65_535, 8080).describe('Port to listen on.'),
  TRUST_PROXY: flag(false).describe('Believe X-Forwarded-For.'),
  CORS_ORIGINS: list().describe('Origins that may call from a browser.'),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'expected a redis:// URL' }).describe('Where Redis is.'),
  ADMIN_KEY: z.string().min(20, 'expected at least 20 characters').describe('What operators show.'),
});

const good = { REDIS_URL: 'redis://localhost:6379', ADMIN_KEY: 'k'.repeat(20) };

const problemsOf = (env: Record<string, string>, of: z.ZodObject = schema): readonly string[] => {
  try {
    readEnv(of, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('the environment was accepted');
};

test('a valid environment becomes typed values with defaults', () => {
  expect(readEnv(schema, { ...good, PORT: '0', CORS_ORIGINS: ' https://a.example, ,https://b.example,' })).toEqual({
    ...good,
    PORT: 0,
    TRUST_PROXY: false,
    CORS_ORIGINS: ['https://a.example', 'https://b.example'],
  });
});

test('a variable set to nothing counts as unset', () => {
  expect(readEnv(schema, { ...good, PORT: '', TRUST_PROXY: '', CORS_ORIGINS: '' })).toMatchObject({
    PORT: 8080,
    TRUST_PROXY: false,
    CORS_ORIGINS: [],
  });
});

test('variables the schema does not name are left alone, even by a strict one', () => {
  expect(readEnv(z.strictObject({ A: z.string() }), { A: 'a', PATH: '/bin' })).toEqual({ A: 'a' });
});

test('without an environment given, the one of the process is read', () => {
  process.env.FANFARE_RUNTIME_TEST = 'here';
  expect(readEnv(z.object({ FANFARE_RUNTIME_TEST: z.string() }))).toEqual({ FANFARE_RUNTIME_TEST: 'here' });
  delete process.env.FANFARE_RUNTIME_TEST;
});

test('every problem is listed, one line each, with the name, what it got and what it is for', () => {
  const env = { PORT: '80.5', TRUST_PROXY: 'maybe', REDIS_URL: 'nonsense' };
  expect(problemsOf(env)).toEqual([
    'PORT: expected a whole number from 0 to 65535, got "80.5" (Port to listen on.)',
    'TRUST_PROXY: expected true, false, yes, no, on, off, 1 or 0, got "maybe" (Believe X-Forwarded-For.)',
    'REDIS_URL: expected a redis:// URL, got "nonsense" (Where Redis is.)',
    'ADMIN_KEY is not set (What operators show.)',
  ]);
  expect(() => readEnv(schema, env)).toThrow(
    /^The configuration is not valid:\n {2}PORT: .*\n {2}TRUST_PROXY: .*\n {2}REDIS_URL: .*\n {2}ADMIN_KEY .*$/,
  );
});

test('a rule between two variables is reported in its own words', () => {
  const related = z.object({ A: z.string(), B: z.string() }).refine(({ A, B }) => A !== B, 'A and B must differ');
  expect(problemsOf({ A: '1', B: '1' }, related)).toEqual(['A and B must differ']);
});

test('a variable that another one requires is reported with the reason', () => {
  const needed = z
    .object({ A: z.string(), B: z.string().optional() })
    .refine(({ A, B }) => A !== 'on' || B !== undefined, { path: ['B'], error: 'needed when A is on' });
  expect(problemsOf({ A: 'on' }, needed)).toEqual(['B: needed when A is on, is not set']);
});

test('the value of a secret is never printed', () => {
  for (const name of ['FANFARE_ADMIN_KEY', 'CONSOLE_PASSWORD', 'METRICS_TOKEN', 'CLIENT_SECRET']) {
    const [problem] = problemsOf({ [name]: 'hunter2' }, z.object({ [name]: z.string().min(32, 'too short') }));
    expect(problem).toBe(`${name}: too short, got a value that is not shown`);
  }
});

test.each([
  ['redis://user:p@ss/w,ord@host:6379/0', '"redis://***@host:6379/0"'],
  ['redis://:one@a:1,redis://:two@b:2', '"redis://***@b:2"'],
  [':hunter2@host', '"***@host"'],
  ['http://host/?password=hunter2', '"http://host/?***"'],
  ['line one\nline two', '"line one\\nline two"'],
  ['x'.repeat(300), `"${'x'.repeat(200)}…"`],
])('the URL %j is printed without credentials, on one line', (value, printed) => {
  const never = z.object({ REDIS_URL: z.string().refine(() => false, 'wrong') });
  expect(problemsOf({ REDIS_URL: value }, never)).toEqual([`REDIS_URL: wrong, got ${printed}`]);
});

test.each([
  ['true', true],
  ['YES', true],
  ['on', true],
  ['1', true],
  ['False', false],
  ['no', false],
  ['off', false],
  ['0', false],
])('the flag %j is %j', (text, value) => {
  expect(readEnv(z.object({ F: flag(!value) }), { F: text })).toEqual({ F: value });
});

test.each(['maybe', 'y', 'enabled', '2', ' '])('the flag %j is an error', (text) => {
  expect(problemsOf({ F: text }, z.object({ F: flag(false) }))).toHaveLength(1);
});

test.each([
  ['true', 1],
  ['YES', 1],
  ['1', 1],
  ['3', 3],
  ['false', 0],
  ['off', 0],
  ['0', 0],
])('%j trusts %d proxies', (text, proxies) => {
  expect(readEnv(z.object({ P: trustedProxies() }), { P: text })).toEqual({ P: proxies });
});

test.each(['11', '-1', 'maybe', '10.0.0.1'])('%j is not a number of proxies', (text) => {
  expect(problemsOf({ P: text }, z.object({ P: trustedProxies() }))).toHaveLength(1);
});

test.each(['1e3', '0x10', '5.0', ' 5', 'ten', '-1', '11'])('%j is not a whole number from 0 to 10', (text) => {
  expect(problemsOf({ N: text }, z.object({ N: intBetween(0, 10, 5) }))).toHaveLength(1);
});

test('both bounds of a range are inclusive', () => {
  const range = z.object({ MIN: intBetween(-5, 10, 0), MAX: intBetween(-5, 10, 0) });
  expect(readEnv(range, { MIN: '-5', MAX: '10' })).toEqual({ MIN: -5, MAX: 10 });
});

test('an invalid item of a list is reported under the name of the list', () => {
  const kinds = z.object({ KINDS: list().pipe(z.array(z.enum(['fcm', 'apns'], 'expected fcm or apns'))) });
  expect(problemsOf({ KINDS: 'fcm,sms' }, kinds)).toEqual(['KINDS: expected fcm or apns, got "fcm,sms"']);
});

test('the variables of every process have descriptions and the documented defaults', () => {
  expect(readEnv(z.object(processEnv), {})).toEqual({
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    METRICS_HOST: '127.0.0.1',
    METRICS_PORT: undefined,
    OTEL_TRACES_SAMPLER_ARG: 0.01,
    SHUTDOWN_DRAIN_MS: 0,
    SHUTDOWN_GRACE_MS: 20_000,
  });
  for (const field of Object.values(processEnv)) expect(field.description).toBeTruthy();
});

test('a list can be read by a parser, whose error names what is wrong', () => {
  const numbers = (text: string) =>
    text.split(',').map((entry) => {
      if (!/^\d+$/.test(entry)) throw new Error(`"${entry}" is no number`);
      return Number(entry);
    });
  const schema = z.object({ PORTS: listBy(numbers).describe('Ports.') });
  expect(readEnv(schema, { PORTS: '1, 2' })).toEqual({ PORTS: [1, 2] });
  expect(() => readEnv(schema, { PORTS: '1,x' })).toThrow('PORTS: "x" is no number');
});

test('what a process runs with is shown without secrets, and what differs from the defaults is marked', () => {
  const of = z.object({
    ...schema.shape,
    EXTRA_CA_FILE: z.string().optional(),
    REQUESTS_PER_MINUTE_PER_KEY: intBetween(0, 100, 0),
    MASTER_KEY_PREVIOUS: z.string().optional(),
    PASSPHRASES: list(),
  });
  const env = {
    ...good,
    PORT: '9000',
    REDIS_URL: 'rediss://user:pa@ss@redis.example.com:6380/1?password=hush',
    CORS_ORIGINS: 'https://a.example,https://b.example',
    REQUESTS_PER_MINUTE_PER_KEY: '5',
    PASSPHRASES: 'one,two',
  };
  expect(shownSettings(of, readEnv(of, env))).toEqual([
    { name: 'PORT', value: '9000', isSet: true },
    { name: 'TRUST_PROXY', value: 'false', isSet: false },
    { name: 'CORS_ORIGINS', value: 'https://a.example, https://b.example', isSet: true },
    { name: 'REDIS_URL', value: 'rediss://***@redis.example.com:6380/1?***', isSet: true },
    { name: 'ADMIN_KEY', value: 'a value that is not shown', isSet: true },
    { name: 'EXTRA_CA_FILE', isSet: false },
    { name: 'REQUESTS_PER_MINUTE_PER_KEY', value: '5', isSet: true },
    { name: 'MASTER_KEY_PREVIOUS', isSet: false },
    { name: 'PASSPHRASES', value: 'a value that is not shown, a value that is not shown', isSet: true },
  ]);
});
