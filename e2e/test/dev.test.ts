import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@fanfare/testkit';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const ROOT = new URL('../..', import.meta.url).pathname;
const FANFARE = [process.execPath, join(ROOT, 'apps/cli/bin/fanfare.js')];

/** What a person would have set, and no REDIS_URL: these tests crash their Redis. */
const ENV = { PATH: process.env.PATH, HOME: process.env.HOME };

const execute = promisify(execFile);

let data = '';
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'fanfare-dev-'));
});
afterEach(() => rm(data, { recursive: true }));

/** A command running and what it has printed so far. */
class Running implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly closed: Promise<number | null>;
  output = '';

  constructor([command = '', ...args]: string[], env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(command, args, { cwd: ROOT, env: { ...ENV, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk;
      });
    }
    this.closed = new Promise((resolve) => this.process.once('close', resolve));
  }

  /** The first match of what it prints, now or later. */
  printed = async (pattern: RegExp): Promise<RegExpExecArray> =>
    until(() => pattern.exec(this.output), `${pattern} is printed`, { timeoutMs: 60_000 }).catch((error: Error) => {
      throw new Error(`${error.message}\nIt has printed:\n${this.output}`);
    });

  /** The process id of its Redis, the last one if there were several. */
  redisPid = (): number => Number(this.output.match(/(?<=runs on \S+ \(process )\d+/g)?.at(-1));

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGTERM');
    await this.closed;
  }
}

const dev = () => new Running([...FANFARE, 'dev', '--data', data]);
const DEMO_DONE = /^Demo done: (.*)$/m;

/** Runs the printed command line as it is, in bash; the event's id. */
async function paste({ output }: Running): Promise<string> {
  const line = output.split('\n').findLast((text) => text.startsWith('curl ')) ?? '';
  const { stdout } = await execute('bash', ['-c', line]);
  const [result] = JSON.parse(stdout).data.events;
  expect(result.status).toBe('accepted');
  return result.id;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('dev sends one event of each kind, prints a line for every delivery, and sums them up', async () => {
  await using fanfare = dev();
  const [, summary] = await fanfare.printed(DEMO_DONE);
  expect(summary).toMatch(/^5 events, audience 105, planned 105, accepted 105\b/);
  const lines = fanfare.output.split('\n').filter((line) => / {2}custom {2}attempt 1 {2}accepted /.test(line));
  const byType = (type: string) => lines.filter((line) => line.includes(`  ${type} `)).length;
  expect(['message.sent', 'reaction.added', 'group.member_joined', 'call.initiated'].map(byType)).toEqual([
    100, 1, 3, 1,
  ]);
});

test('the printed curl, pasted twice, sends two messages, and their deliveries are printed', async () => {
  await using fanfare = dev();
  await fanfare.printed(DEMO_DONE);
  const ids = [await paste(fanfare), await paste(fanfare)];
  expect(ids[0]).not.toBe(ids[1]);
  for (const id of ids) await fanfare.printed(new RegExp(`message\\.sent +${id} +→ bob .* accepted `));
});

test('Ctrl-C ends dev with code 0, and no process is left', async () => {
  await using fanfare = dev();
  await fanfare.printed(DEMO_DONE);
  const redisPid = fanfare.redisPid();
  expect(isAlive(redisPid)).toBe(true);
  fanfare.process.kill('SIGINT');
  expect(await fanfare.closed).toBe(0);
  expect(isAlive(redisPid)).toBe(false);
});

test('Ctrl-C while dev is starting ends it with code 0, and no process is left', async () => {
  await using fanfare = dev();
  await fanfare.printed(/^starting the API/m);
  fanfare.process.kill('SIGINT');
  expect(await fanfare.closed).toBe(0);
  expect(isAlive(fanfare.redisPid())).toBe(false);
});

test('when the npm that started dev is killed, dev stops too', async () => {
  await using npm = new Running(['sh', '-c', '"$@"; :', 'npm', ...FANFARE, 'dev', '--data', data], {
    npm_lifecycle_event: 'start',
  });
  await npm.printed(DEMO_DONE);
  npm.process.kill('SIGKILL');
  await npm.printed(/^stopped$/m);
  await npm.closed;
  expect(isAlive(npm.redisPid())).toBe(false);
});

test('dev started a second time on its data has the same admin key and one API key', async () => {
  const keys: string[] = [];
  for (let start = 0; start < 2; start++) {
    await using fanfare = dev();
    const [, url = '', adminkey = ''] = await fanfare.printed(/ API +(http\S+).* Admin key +(\S+).*Demo done/s);
    const response = await fetch(`${url}/v3/apps/demo/apikeys`, { headers: { adminkey } });
    expect(await response.json()).toMatchObject({ data: [{ name: 'fanfare dev' }] });
    keys.push(adminkey);
  }
  expect(keys[0]).toBe(keys[1]);
});

test('a second dev in the same folder says that the folder is in use, and ends with code 1', async () => {
  await using first = dev();
  await first.printed(/Fanfare is running/);
  await using second = dev();
  expect(await second.closed).toBe(1);
  expect(second.output).toMatch(/^fanfare: A Redis server runs in \S+ already .*\n.* by --data\.\n$/);
});

test('a Redis that dies is started again, and events are delivered as before', async () => {
  await using fanfare = dev();
  await fanfare.printed(DEMO_DONE);
  process.kill(fanfare.redisPid(), 'SIGKILL');
  await fanfare.printed(/^Redis ended by itself \(SIGKILL\).* runs on /ms);
  const id = await until(() => paste(fanfare), 'the API takes events again');
  await fanfare.printed(new RegExp(`${id} +→ bob .* accepted `));
});

test('fanfare --help names the commands', async () => {
  const { stdout } = await execute(FANFARE[0] as string, [FANFARE[1] as string, '--help']);
  expect(stdout).toMatch(/^Usage: fanfare <command>.*^ {2}dev /ms);
});

test('an unknown command is an error that names it, with code 2', async () => {
  await using fanfare = new Running([...FANFARE, 'serve']);
  expect(await fanfare.closed).toBe(2);
  expect(fanfare.output).toBe('fanfare: there is no command "serve"; see "fanfare --help"\n');
});
