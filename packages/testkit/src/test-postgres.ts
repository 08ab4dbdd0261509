import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { until } from './until.ts';

/** A private PostgreSQL for a test file, with an empty database. */
export interface TestPostgres extends AsyncDisposable {
  /** With user and password. */
  url: string;
  password: string;
  /** The certificate of the server, which takes connections with TLS and without. */
  caFile: string;
  /** Stops the server, as for an outage; `start` brings it back with its data. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** PostgreSQL refuses to run as root: it runs as the user without rights then, by its number on Debian. */
const UNPRIVILEGED = 65_534;
const DEBIAN = '/usr/lib/postgresql';
const PASSWORD = 'pg-pass-word';

/** How openssl, which Debian's PostgreSQL depends on, makes a certificate for 127.0.0.1. */
const CERTIFICATE = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'].concat([
  '-days',
  '2',
  '-subj',
  '/CN=127.0.0.1',
  '-addext',
  'subjectAltName=IP:127.0.0.1',
]);

/**
 * Starts a real PostgreSQL on a new temporary folder, about two seconds. Undefined, with the reason on standard error,
 * where there is none: on Debian, `apt-get install postgresql` brings one.
 */
export async function startTestPostgres(): Promise<TestPostgres | undefined> {
  const bin = findPostgres();
  if (!bin) {
    console.error('no PostgreSQL (initdb) on this machine: its tests are skipped');
    return undefined;
  }
  const root = process.getuid?.() === 0;
  const as = root ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  const folder = mkdtempSync(join(tmpdir(), 'fanfare-postgres-'));
  const data = join(folder, 'data');
  writeFileSync(join(folder, 'password'), PASSWORD);
  if (root) for (const path of [folder, join(folder, 'password')]) chownSync(path, UNPRIVILEGED, UNPRIVILEGED);
  const options = ['-U', 'fanfare', '-A', 'scram-sha-256', `--pwfile=${join(folder, 'password')}`, '-E', 'UTF8'];
  execFileSync(join(bin, 'initdb'), ['-D', data, '--no-sync', '--locale=C.UTF-8', ...options], {
    ...as,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [caFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  execFileSync('openssl', [...CERTIFICATE, '-keyout', keyFile, '-out', caFile], {
    ...as,
    cwd: folder,
    stdio: 'ignore',
  });
  const [port] = (await freePorts(1)) as [number];
  const tls = ['-c', 'ssl=on', '-c', `ssl_cert_file=${caFile}`, '-c', `ssl_key_file=${keyFile}`];
  const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder, '-c', 'fsync=off', ...tls];
  let stop = async (): Promise<void> => {};
  const start = async () => {
    const server = spawn(join(bin, 'postgres'), args, { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    server.stderr.on('data', (chunk) => {
      log += chunk;
    });
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    stop = async () => {
      server.kill('SIGINT');
      await ended;
    };
    await until(() => log.includes('ready to accept connections'), 'PostgreSQL accepts connections');
  };
  await start();
  return {
    url: `postgres://fanfare:${PASSWORD}@127.0.0.1:${port}/postgres`,
    password: PASSWORD,
    caFile,
    start,
    stop: () => stop(),
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The folder with `initdb`: the newest of Debian's, or one on the PATH. */
function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}
