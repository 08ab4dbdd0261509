import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@fanfare/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { onlyDev } from '../support/one-dev.ts';

// Each test starts a whole system, while another file uses the other core.
jest.setTimeout(60_000);

const ROOT = new URL('../../..', import.meta.url).pathname;
const FANFARE = [process.execPath, join(ROOT, 'apps/cli/bin/fanfare.js')];

/** What a person would have set, and no REDIS_URL: these tests crash their Redis. */
const ENV = { PATH: process.env.PATH, HOME: process.env.HOME };

const execute = promisify(execFile);

let release: () => Promise<void>;
beforeAll(async () => {
  release = await onlyDev();
}, 180_000);
afterAll(() => release());

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
const PUSH = '/v3/notifications/push/v1';
const DEMO_DONE = /^Demo done: (.*)$/m;

/** Runs the printed command line as it is, in bash; the event's id. */
async function paste(fanfare: Running): Promise<string> {
  const [line] = await fanfare.printed(/^curl .*$/m);
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

test('dev sends one event of each kind, prints its deliveries, and sums them up', async () => {
  await using fanfare = dev();
  const [, summary] = await fanfare.printed(DEMO_DONE);
  expect(summary).toMatch(/^5 events, audience 105, planned 115, accepted 115\b/);
  await fanfare.printed(/^Your turn/m);
  const lines = [...fanfare.output.matchAll(/ {2}(\S+) +\S+ +→ (\S+) +(\w+(?: \w+)?) +attempt 1 {2}accepted /g)];
  const to = (uid: string, type: string) =>
    lines.flatMap((line) => (line[2] === uid && line[1] === type ? `${line[3]}` : [])).sort();
  expect(to('bob', 'group.member_left')).toEqual(['apns ios', 'custom', 'fcm android']);
  expect(to('bob', 'call.initiated')).toEqual(['apns voip', 'custom', 'fcm android']);
  expect(to('alice', 'reaction.added')).toEqual(['custom']);
  const folded = [...fanfare.output.matchAll(/message\.sent +\S+-group +→ (\d+) more accepted$/gm)];
  expect(lines.length + Number(folded[0]?.[1])).toBe(115);
  expect(folded).toHaveLength(1);
  expect(lines.length).toBeLessThan(25);
});

test('the console opens with the printed password', async () => {
  await using fanfare = dev();
  const [, url = '', password = ''] = await fanfare.printed(/ Console +([^\s,]+).*, password (\S+)/);
  const form = { method: 'POST', body: new URLSearchParams({ password }), redirect: 'manual' } as const;
  const login = await fetch(`${url}/login`, form);
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await fetch(url, { headers: { cookie }, redirect: 'manual' })).status).toBe(200);
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

/** Calls the API of a dev that runs, for its demo app, with the operator's key. */
async function operator(fanfare: Running) {
  const [, url = '', adminkey = ''] = await fanfare.printed(/ API +(http\S+).* Admin key +(\S+).*Demo done/s);
  const headers = { adminkey, appid: 'demo', 'content-type': 'application/json' };
  return async (path: string, body?: object, method = body ? 'POST' : 'GET') => {
    const response = await fetch(url + path, { method, headers, body: body ? JSON.stringify(body) : null });
    return JSON.parse(await response.text()).data;
  };
}

test('dev started again on its data has the same secrets and demo, one API key, and the logins once', async () => {
  const secrets: unknown[] = [];
  for (let start = 0; start < 2; start++) {
    await using fanfare = dev();
    const call = await operator(fanfare);
    expect(await call('/v3/apps/demo/apikeys')).toMatchObject([{ name: 'fanfare dev' }]);
    expect(await call('/v3/users/bob/auth_tokens')).toHaveLength(2);
    expect((await call(`${PUSH}/tokens?uid=bob&all=true`)).pushTokens).toHaveLength(3);
    expect((await fanfare.printed(DEMO_DONE))[1]).toMatch(/planned 115, accepted 115 /);
    await call('/v3/notifications/v1/preferences?uid=bob', { mutePreferences: { dnd: 2 } }, 'PATCH');
    secrets.push((await fanfare.printed(/password (\S+).*Admin key +(\S+)/s)).slice(1).join());
  }
  expect(new Set(secrets).size).toBe(1);
});

test('dev started again leaves alone what was added, and what was set of the demo credentials', async () => {
  const web = { chat: true, call: true };
  {
    await using before = dev();
    const call = await operator(before);
    const { authToken } = await call('/v3/users/bob/auth_tokens', {});
    await call(`${PUSH}/tokens`, { uid: 'bob', authToken, platform: 'fcm_web', fcmToken: 'tok_of_my_own' });
    await call(`${PUSH}/providers/fcm`, { providerId: 'fcm-demo', notificationInPayload: { web } }, 'PUT');
  }
  await using fanfare = dev();
  const { pushProviders } = await (await operator(fanfare))(`${PUSH}/providers/fcm`);
  expect(pushProviders).toMatchObject([{ providerId: 'fcm-demo', isDefault: true, notificationInPayload: { web } }]);
  await fanfare.printed(new RegExp(`${await paste(fanfare)} +→ bob +fcm web .* accepted `));
});

test('a second dev in the same folder says that the folder is in use, and ends with code 1', async () => {
  await using first = dev();
  await first.printed(/Fanfare is running/);
  await using second = dev();
  expect(await second.closed).toBe(1);
  expect(second.output).toMatch(/^fanfare: A Redis server already runs in \S+ .*\n.* with --data\.\n$/);
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
  expect(stdout).toMatch(/^Usage: fanfare .*^ {2}dev /ms);
});

test('an unknown command is an error that names it, with code 2', async () => {
  await using fanfare = new Running([...FANFARE, 'serve']);
  expect(await fanfare.closed).toBe(2);
  expect(fanfare.output).toBe('fanfare: unknown command \'serve\'\n(see "fanfare --help")\n');
});
