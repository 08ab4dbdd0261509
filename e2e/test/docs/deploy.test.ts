import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as fanfareConsole from '@fanfare/console/app';
import * as fanout from '@fanfare/fanout/app';
import * as ingest from '@fanfare/ingest/app';
import * as sender from '@fanfare/sender/app';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

/** There may be no Docker where this runs: it does by hand what Docker would do with Dockerfile and compose file. */

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DOCKERFILE = 'infra/docker/Dockerfile';
const exec = promisify(execFile);
const say = (line: string) => process.stderr.write(`deploy: ${line}\n`);

/** What the operator has to give, and nothing else. */
const GIVEN: Record<string, string> = {
  FANFARE_ADMIN_KEY: 'an admin key for tests, long enough',
  FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
  FANFARE_MEMBERSHIP_KEY: randomBytes(32).toString('base64'),
  REDIS_PASSWORD: 'lettersAndDigits1',
  CONSOLE_PASSWORD: 'a password for tests',
};

interface Service {
  command: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  volumes?: string[];
  build?: { dockerfile: string };
}

const composeText = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
/** As Docker Compose does, variables are filled in after parsing: an empty one is an empty text, not null. */
const filledIn = (_key: unknown, value: unknown) =>
  typeof value === 'string'
    ? value.replace(/\$\{(\w+)(?::-([^}]*)|:\?[^}]+)\}/g, (_, name, fallback = '') => GIVEN[name] ?? fallback)
    : value;
const compose = parse(composeText, filledIn, { merge: true }) as { services: Record<string, Service> };
const ours = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);

/** The Dockerfile's instructions, by stage. */
const stages = readFileSync(join(ROOT, DOCKERFILE), 'utf8')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split(/^FROM /m)
  .slice(1)
  .map((stage) => stage.trim().split(/\n+/).slice(1));
const finalStage = stages.at(-1) as string[];
const instructions = (lines: string[], name: string) =>
  lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
const imageEnv = Object.fromEntries(instructions(finalStage, 'ENV').map((pair) => pair.split('=') as [string, string]));

const apps = { ingest, fanout, sender, console: fanfareConsole };

/** `ingest` of `node apps/ingest/dist/main.js`. */
function appOf({ command: [node, file = '', ...more] }: Service): keyof typeof apps {
  const app = /^apps\/(\w+)\/dist\/main\.js$/.exec(file)?.[1] ?? '';
  if (node !== 'node' || more.length > 0 || !(app in apps)) throw new Error(`not a command of ours: ${file}`);
  return app as keyof typeof apps;
}

/** The environment of a service, as its process gets it. */
const envOf = ({ environment = {} }: Service): Record<string, string> => ({
  ...imageEnv,
  ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)])),
});

/** The names an app takes from the environment: those it asks for. */
function namesOf(app: keyof typeof apps, env: Record<string, string>): Set<string> {
  const asked = new Set<string>();
  const get = (target: Record<string, string>, name: string) => {
    asked.add(name);
    return target[name];
  };
  apps[app].readConfig(new Proxy(env, { get }));
  return asked;
}

test('only ingest and senders are given the master key', () => {
  const having = ours.filter(([, service]) => 'FANFARE_MASTER_KEY' in envOf(service)).map(([name]) => name);
  expect(having).toEqual(['ingest', 'sender-fcm', 'sender-apns', 'sender-custom']);
});

test('the compose file asks for the secrets and for nothing else', () => {
  const required = [...composeText.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
  expect(new Set(required)).toEqual(new Set(Object.keys(GIVEN)));
});

test.each(ours)('%s: its command, names and ports are those of the app', (_name, service) => {
  const app = appOf(service);
  expect(existsSync(join(ROOT, service.command[1] as string))).toBe(true);
  const env = envOf(service);
  const names = namesOf(app, env);
  expect(Object.keys(env).filter((name) => !names.has(name))).toEqual([]);
  const { PORT: _port, ...withoutPort } = env;
  expect(env.PORT).toBe(String(apps[app].readConfig(withoutPort).PORT));
  expect(service.ports ?? []).toEqual(
    app === 'ingest' || app === 'console' ? [`127.0.0.1:${env.PORT}:${env.PORT}`] : [],
  );
  expect(service.build?.dockerfile).toBe(DOCKERFILE);
});

test('what is mounted and copied is there', () => {
  const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes);
  const copied = stages.flatMap((stage) => instructions(stage, 'COPY').filter((copy) => !copy.startsWith('--from')));
  const sources = [...mounted.filter((volume) => volume.startsWith('./')), ...copied].map(
    (each) => each.split(/[: ]/)[0],
  );
  expect(sources).toContain('./infra/redis/redis.conf');
  expect(sources.filter((source) => !existsSync(join(ROOT, source as string)))).toEqual([]);
});

test('the production tree starts with exactly this, answers its probes, and stops when told to', async () => {
  await using image = await buildImage();
  await using redis = await startTestRedis();
  for (const [name, service] of ours) {
    say(`${name}: starting`);
    const port = String(await freePort());
    const env = { ...envOf(service), PORT: port, REDIS_URL: redis.url, PATH: process.env.PATH };
    const child = spawn('node', service.command.slice(1), {
      cwd: image.folder,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exited = once(child, 'exit');
    try {
      for (const probe of ['/livez', '/readyz']) {
        const url = `http://127.0.0.1:${port}${probe}`;
        await until(async () => child.exitCode !== null || (await fetch(url)).ok, `${name} answers ${probe}`);
      }
      expect({ name, exitCode: child.exitCode }).toEqual({ name, exitCode: null });
      await healthCheck(image.folder, env);
    } finally {
      child.kill();
    }
    expect({ name, exit: await exited }).toEqual({ name, exit: [0, null] });
  }
}, 600_000);

/** Builds what the Dockerfile builds, but for `npm run build`, whose output is here already. */
async function buildImage(): Promise<AsyncDisposable & { folder: string }> {
  const temporary = await mkdtemp(join(tmpdir(), 'fanfare-deploy-'));
  const [source, folder] = [join(temporary, 'source'), join(temporary, 'image')];
  await copySource(source);
  for (const run of instructions(stages[1] as string[], 'RUN')) {
    const command = run.replace(/^--mount=\S+ /, '');
    say(command);
    await exec('sh', ['-c', command], { cwd: source });
  }
  await mkdir(folder);
  for (const copy of instructions(finalStage, 'COPY')) {
    const [, from = '', to = ''] = /^--from=production \/app\/(\S+) (\S+)$/.exec(copy) ?? [];
    await rename(join(source, from), join(folder, to.endsWith('/') ? join(to, from) : to));
  }
  return { folder, [Symbol.asyncDispose]: () => rm(temporary, { recursive: true }) };
}

/** Every file git knows or would know, and what has been built. */
async function copySource(to: string): Promise<void> {
  const { stdout } = await exec('git', ['ls-files', '-zco', '--exclude-standard'], { cwd: ROOT, maxBuffer: 1e8 });
  const workspaces = await Promise.all(
    ['apps', 'packages'].map(async (parent) => (await readdir(join(ROOT, parent))).map((name) => `${parent}/${name}`)),
  );
  const all = [...stdout.split('\0').filter(Boolean), ...workspaces.flat().map((workspace) => `${workspace}/dist`)];
  say(`copying ${all.length} files and folders`);
  for (const path of all.filter((each) => existsSync(join(ROOT, each)))) {
    await cp(join(ROOT, path), join(to, path), { recursive: true });
  }
}

/** Runs the image's own health check. */
async function healthCheck(cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const [check = ''] = instructions(finalStage, 'HEALTHCHECK');
  const [node, ...args] = JSON.parse(check.slice(check.indexOf('CMD ') + 4)) as [string, ...string[]];
  await exec(node, args, { cwd, env });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
