import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CommanderError } from 'commander';
import type { Actions } from '../src/actions.ts';
import { createProgram } from '../src/program.ts';
import { UsageError } from '../src/usage-error.ts';

/** Each has one use, which its help describes. */
const WITHOUT_EXAMPLE = new Set(['dev', 'init', 'derive', 'reseal']);

/** What a command line does, prints, and ends with. */
async function run(line: string, env: Record<string, string> = {}) {
  const done: unknown[] = [];
  const action = (name: string) => async (options: unknown) => void done.push([name, options]);
  const actions = {
    dev: action('dev'),
    doctor: action('doctor'),
    init: action('init'),
    import: action('import'),
    keys: action('keys'),
    size: action('size'),
    completion: action('completion'),
    operate: action('operate'),
    workspace: async (program: string, args: readonly string[]) => void done.push(['workspace', program, ...args]),
  };
  let [out, error] = ['', ''];
  const program = createProgram(actions, env);
  for (const each of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    each.exitOverride().configureOutput({ writeOut: (text) => (out += text), writeErr: (text) => (error += text) });
  }
  const thrown = await program
    .parseAsync(line === '' ? [] : line.split(' '), { from: 'user' })
    .catch((caught) => caught);
  const code = thrown instanceof CommanderError ? thrown.exitCode : undefined;
  const wrong = thrown instanceof UsageError ? thrown.message : undefined;
  return { done, out, error, code, wrong };
}

test('dev without options uses the default port and a folder that git ignores', async () => {
  expect(await run('dev')).toMatchObject({ done: [['dev', { port: 8080, data: '.fanfare/dev' }]] });
});

test('dev takes the port from PORT, and --port takes precedence', async () => {
  expect(await run('dev', { PORT: '9000' })).toMatchObject({ done: [['dev', { port: 9000 }]] });
  expect(await run('dev --port 9001', { PORT: '9000' })).toMatchObject({ done: [['dev', { port: 9001 }]] });
  expect(await run('dev', { PORT: '' })).toMatchObject({ done: [['dev', { port: 8080 }]] });
});

test('dev keeps its data where --data says', async () => {
  expect(await run('dev --data elsewhere')).toMatchObject({ done: [['dev', { data: 'elsewhere' }]] });
});

test('init names its file, .env by default, or prints', async () => {
  expect(await run('init')).toMatchObject({ done: [['init', { file: '.env' }]] });
  expect(await run('init --file x.env')).toMatchObject({ done: [['init', { file: 'x.env' }]] });
  expect(await run('init --print')).toMatchObject({ done: [['init', { file: undefined }]] });
});

test('keys derives or reseals', async () => {
  expect(await run('keys derive')).toMatchObject({ done: [['keys', 'derive']] });
  expect(await run('keys reseal')).toMatchObject({ done: [['keys', 'reseal']] });
});

test('size takes a load', async () => {
  const load = { messagesPerSecond: 300, recipients: 50, users: 1_000_000, devicesPerUser: 1, dayShare: 0.4 };
  expect(await run('size --messages 300 --members 50 --users 1000000')).toMatchObject({ done: [['size', load]] });
  expect((await run('size')).error).toContain("required option '--messages <n>' not specified");
});

test.each([
  ['--messages 0', '--messages: expected a number from 0.001 to 100,000,000, got "0"'],
  ['--messages -300', '--messages: expected a number from 0.001 to 100,000,000, got "-300"'],
  ['--messages NaN', '--messages: expected a number from 0.001 to 100,000,000, got "NaN"'],
  ['--messages 1e3', '--messages: expected a number from 0.001 to 100,000,000, got "1e3"'],
  ['--messages 300 --members 2.5', '--members: expected a whole number from 1 to 10,000,000,000, got "2.5"'],
  ['--messages 300 --users -1', '--users: expected a whole number from 1 to 10,000,000,000, got "-1"'],
  ['--messages 300 --devices 1000', '--devices: expected a number from 0.01 to 100, got "1000"'],
  ['--messages 300 --latency Infinity', '--latency: expected a number from 1 to 60,000, got "Infinity"'],
  ['--messages 300 --retention 8760', '--retention: expected a whole number from 24 to 168, got "8760"'],
  ['--messages 300 --day 5', '--day: expected a number from 0.01 to 1, got "5"'],
  ['--messages 300 --members 200000', '--members: 200,000 recipients are more than the 100,000 of --users'],
  [
    '--messages 90000000 --members 2',
    '--messages: times --members and --devices, this is above 100,000,000 deliveries a second',
  ],
])('size refuses "%s" and names the option', async (flags, message) => {
  expect(await run(`size ${flags}`)).toMatchObject({ done: [], wrong: message });
});

test('import takes the format from the name of the file, and where to send it from the environment', async () => {
  const env = { FANFARE_API_KEY: 'fk_1', FANFARE_URL: 'https://push.example.com' };
  const options = { url: 'https://push.example.com', apiKey: 'fk_1', dryRun: false, print: false };
  for (const [file, format] of [
    ['users.ndjson', 'ndjson'],
    ['users.CSV', 'csv'],
    ['members.json', 'cometchat'],
  ]) {
    expect(await run(`import ${file}`, env)).toMatchObject({ done: [['import', { path: file, format, ...options }]] });
  }
  const flags = 'import x --format csv --group hiking --dry-run --id once --url http://localhost:1';
  const given = { format: 'csv', group: 'hiking', dryRun: true, id: 'once', url: 'http://localhost:1' };
  expect(await run(flags, env)).toMatchObject({ done: [['import', given]] });
});

test('bench and drill pass on their arguments, options too', async () => {
  expect(await run('bench P1 --quick')).toMatchObject({ done: [['workspace', 'bench', 'P1', '--quick']] });
  expect(await run('drill --seconds 5')).toMatchObject({ done: [['workspace', 'drill', '--seconds', '5']] });
});

test('every command is in docs/cli.md, and has an example in its help', async () => {
  const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  const { commands } = createProgram({} as Actions, {});
  for (const command of commands) {
    expect(page).toMatch(new RegExp(`fanfare ${command.name()}|\\| ${command.name()} `));
    const leaves = command.commands.length === 0 ? [command] : command.commands;
    for (const leaf of leaves.filter((each) => !WITHOUT_EXAMPLE.has(each.name()))) {
      const path = leaf === command ? leaf.name() : `${command.name()} ${leaf.name()}`;
      expect([path, (await run(`${path} --help`)).out]).toEqual([path, expect.stringMatching(/^Examples?:$/m)]);
    }
  }
});

test('--help of every command shows what it does and its options, and exits with 0', async () => {
  for (const [line, words] of [
    ['--help', ['Usage: fanfare', 'dev', 'init', 'import', 'keys', '--version']],
    ['dev --help', ['Usage: fanfare dev', '--port', '--data', 'CONSOLE_PASSWORD']],
    ['init -h', ['Usage: fanfare init', '--file']],
    ['import --help', ['Usage: fanfare import', '--dry-run', 'FANFARE_API_KEY']],
    ['keys --help', ['derive', 'reseal']],
    ['keys reseal --help', ['FANFARE_MASTER_KEY_PREVIOUS']],
  ] as const) {
    const { out, code, done } = await run(line);
    expect([line, code, done]).toEqual([line, 0, []]);
    for (const word of words) expect(out).toContain(word);
  }
});

test('--version shows the version of the package', async () => {
  expect(await run('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

describe('a wrong command line is refused with the reason, and nothing is done:', () => {
  test.each([
    ['serve', "unknown command 'serve'"],
    ['imprt users.csv', '(Did you mean import?)'],
    ['dev --prot 1', '(Did you mean --port?)'],
    ['--bogus', "unknown option '--bogus'"],
    ['dev --bogus', '(see "fanfare dev --help")'],
    ['dev extra', 'too many arguments'],
    ['dev --port', "option '--port <port>' argument missing"],
    ['import', "missing required argument 'file'"],
    ['import x --format xml', 'Allowed choices are ndjson, cometchat, csv'],
    ['keys drive', '(Did you mean derive?)'],
    ['statsu', '(Did you mean status?)'],
    ['dead-letters replya', '(Did you mean replay?)'],
    ['completion csh', 'Allowed choices are bash, zsh, fish'],
    ['events --limit 0', 'Expected a whole number from 1 to 100000'],
  ])('%s', async (line, message) => {
    const { error, code, done } = await run(line, { FANFARE_API_KEY: 'fk_1' });
    expect([code, done]).toEqual([1, []]);
    expect(error).toContain(message);
    expect(error).toMatch(/^fanfare: /);
  });

  test.each([
    ['dev --port 99999', '--port: expected a port, 0 to 65535, got "99999"'],
    ['dev --port 80a', '--port: expected a port, 0 to 65535, got "80a"'],
    ['dev --data=', '--data: expected a folder, got nothing'],
    ['import users.csv', 'FANFARE_API_KEY is not set'],
  ])('%s', async (line, message) => {
    const { wrong, done } = await run(line);
    expect(wrong).toContain(message);
    expect(done).toEqual([]);
  });
});
