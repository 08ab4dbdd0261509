import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as fanfareConsole from '@fanfare/console/app';
import * as fanout from '@fanfare/fanout/app';
import * as ingest from '@fanfare/ingest/app';
import * as sender from '@fanfare/sender/app';
import * as simulator from '@fanfare/simulator/app';
import { freePorts, startTestRedis, until } from '@fanfare/testkit';
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
const filledIn = (_key: unknown, value: unknown) => (typeof value === 'string' ? fill(value) : value);

/** From the inside out, since a fallback may name a variable itself. */
function fill(text: string): string {
  const filled = text.replace(
    /\$\{(\w+)(?::-([^${}]*)|:\?[^${}]+)\}/g,
    (_, name, fallback = '') => GIVEN[name] ?? fallback,
  );
  return filled === text ? text : fill(filled);
}
const compose = parse(composeText, filledIn, { merge: true }) as { services: Record<string, Service> };
const asWritten = parse(composeText, { merge: true }) as { services: Record<string, Service> };
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

const apps = { ingest, fanout, sender, console: fanfareConsole, simulator };

/** What a container has of itself, and what selects its part in the system. */
const FIXED = ['HOST', 'PORT', 'METRICS_HOST', 'METRICS_PORT', 'SENDER_PROVIDERS'];
const FIXED_BY_APP: Record<string, readonly string[]> = {
  // It has a key that opens less.
  fanout: ['FANFARE_MASTER_KEY', 'FANFARE_MASTER_KEY_PREVIOUS'],
  simulator: ['TLS_PORT', 'SIMULATOR_TLS_DIR', 'SIMULATOR_TLS_NAMES'],
};

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

/** The port an app would take, by docs/configuration.md. */
function defaultPort(app: keyof typeof apps, { PORT: _port, ...env }: Record<string, string>): string {
  const config = apps[app].readConfig(env);
  return String('PORT' in config ? config.PORT : config.port);
}

test('only ingest and senders are given the master key', () => {
  const having = ours.filter(([, service]) => 'FANFARE_MASTER_KEY' in envOf(service)).map(([name]) => name);
  expect(having).toEqual(['ingest', 'sender-fcm', 'sender-apns', 'sender-custom']);
});

test('the compose file asks for the secrets and for nothing else', () => {
  const required = [...composeText.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
  expect(new Set(required)).toEqual(new Set(Object.keys(GIVEN)));
  const example = readFileSync(join(ROOT, '.env.example'), 'utf8').match(/^\w+(?==)/gm);
  expect(new Set(example)).toEqual(new Set(Object.keys(GIVEN)));
});

test.each(ours)('%s: its command, names and ports are those of the app', (_name, service) => {
  const app = appOf(service);
  expect(existsSync(join(ROOT, service.command[1] as string))).toBe(true);
  const env = envOf(service);
  const names = namesOf(app, env);
  expect(Object.keys(env).filter((name) => !names.has(name))).toEqual([]);
  expect(env.PORT).toBe(defaultPort(app, env));
  const isPublished = ['ingest', 'console', 'simulator'].includes(app);
  expect(service.ports ?? []).toEqual(isPublished ? [`127.0.0.1:${env.PORT}:${env.PORT}`] : []);
  expect(service.build?.dockerfile).toBe(DOCKERFILE);
});

test.each(ours)('%s: each variable of its app can be set in .env', (name, service) => {
  const app = appOf(service);
  const settable = [...namesOf(app, envOf(service))].filter(
    (variable) => !FIXED.includes(variable) && !FIXED_BY_APP[app]?.includes(variable),
  );
  const { environment = {} } = asWritten.services[name] as Service;
  const missing = settable.filter((variable) => !String(environment[variable]).startsWith(`\${${variable}:`));
  expect(missing).toEqual([]);
});

test('all manifests are copied before the sources, so that a changed source installs nothing', () => {
  const build = stages[0] as string[];
  const first = build.slice(0, build.indexOf('COPY . .'));
  const manifests = ['apps', 'packages'].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}/package.json`),
  );
  const copied = instructions(first, 'COPY').map((copy) => copy.split(' ')[0]);
  expect(manifests.filter((manifest) => !copied.includes(manifest))).toEqual([]);
  expect(instructions(first, 'RUN').at(-1)).toContain('npm ci');
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
  expect(await uselessIn(image.folder)).toEqual([]);
  await using redis = await startTestRedis();
  const ports = await freePorts(2 * ours.length);
  const started = ours.map(async ([name, service], at) => {
    const [port, otherPort] = ports.slice(2 * at) as [number, number];
    await runsAndStops(name, service, image.folder, {
      ...envOf(service),
      PORT: String(port),
      REDIS_URL: redis.url,
      PATH: process.env.PATH,
      // The containers have each port for themselves, and a volume.
      ...('METRICS_HOST' in (service.environment ?? {}) ? { METRICS_PORT: String(otherPort) } : {}),
      ...(appOf(service) === 'simulator' ? { TLS_PORT: String(otherPort), SIMULATOR_TLS_DIR: image.folder } : {}),
    });
  });
  await Promise.all(started);
}, 600_000);

/** Starts a service, probes it, runs its health check and stops it. */
async function runsAndStops(name: string, service: Service, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  say(`${name}: starting`);
  const child = spawn('node', service.command.slice(1), { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    for (const probe of appOf(service) === 'simulator' ? ['/livez'] : ['/livez', '/readyz']) {
      const url = `http://127.0.0.1:${env.PORT}${probe}`;
      const answers = async () => child.exitCode !== null || (await fetch(url)).ok;
      await until(answers, `${name} answers ${probe}`, { timeoutMs: 60_000, everyMs: 100 });
    }
    expect({ name, exitCode: child.exitCode }).toEqual({ name, exitCode: null });
    await healthCheck(cwd, env);
  } finally {
    child.kill();
  }
  expect({ name, exit: await exited }).toEqual({ name, exit: [0, null] });
}

/** The tree of the image, by the Dockerfile's own command. */
async function buildImage(): Promise<AsyncDisposable & { folder: string }> {
  const temporary = await mkdtemp(join(tmpdir(), 'fanfare-deploy-'));
  const folder = join(temporary, 'image');
  const command = instructions(stages[0] as string[], 'RUN').find((run) => run.includes('/production')) ?? '';
  const script = command.replace(/^--mount=\S+ /, '').replace(/\/production$/, folder);
  say(script);
  await exec('sh', ['-c', script], { cwd: ROOT });
  return { folder, [Symbol.asyncDispose]: () => rm(temporary, { recursive: true }) };
}

/** What should not be in the image: types, sources, maps, compilers, tests, and links to nothing. */
async function uselessIn(folder: string): Promise<string[]> {
  const { stdout } = await exec('find', ['.', '-xtype', 'l', '-o', '-type', 'f', '-print'], {
    cwd: folder,
    maxBuffer: 1e8,
  });
  return stdout
    .split('\n')
    .filter((path) =>
      /\.(map|[cm]?ts)$|^\.\/(apps|packages)\/[^/]+\/(src|test)\/|\/node_modules\/typescript\//.test(path),
    );
}

/** Runs the image's own health check. */
async function healthCheck(cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const [check = ''] = instructions(finalStage, 'HEALTHCHECK');
  const [node, ...args] = JSON.parse(check.slice(check.indexOf('CMD ') + 4)) as [string, ...string[]];
  await exec(node, args, { cwd, env });
}
