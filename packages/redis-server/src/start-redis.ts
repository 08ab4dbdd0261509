import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findRedis } from './find-redis.ts';
import { PrivateRedis } from './private-redis.ts';
import type { RedisBinary } from './redis-binary.ts';
import type { ServerLocation } from './redis-conf.ts';
import type { RedisServer } from './redis-server.ts';

export interface StartOptions {
  /** The data folder, created if needed with mode 0700. Default: a temporary folder, removed with the server. */
  folder?: string;
  /** Also listens on this loopback port, with a random password; 0: any free port. Default: only a Unix socket. */
  port?: number;
  /** The password for the port, in letters that a URL needs not escape. Default: a random one. */
  password?: string;
  /** Additional command-line arguments of the server: `['--cluster-enabled', 'yes']`. They override ours. */
  args?: string[];
  /** Receives a line per step. Default: for fetching as in `FindOptions.log`, else none. */
  log?: (line: string) => void;
  /** The server to run. Default: the one that `findRedis` finds. */
  binary?: RedisBinary;
}

/** Linux allows 107 bytes, macOS 103. */
const LONGEST_SOCKET_PATH = 103;

/**
 * Starts a private Redis server and resolves when it answers with its data loaded. Only its owner can reach it, it
 * syncs every write before it answers, and it ends with our process, however that ends. It keeps our process alive
 * until it is stopped.
 *
 * @throws RedisNotFoundError if there is no server to run; RedisFolderInUseError if one already runs on `folder`; an
 * Error with the last lines of the server's log if it does not start.
 */
export async function startRedis(options: StartOptions = {}): Promise<RedisServer> {
  const { args = [], log } = options;
  const binary = options.binary ?? (await findRedis(log ? { log } : {}));
  const disposable: string[] = [];
  const folder = options.folder ? await privateFolder(options.folder) : await temporaryFolder(disposable);
  const place: ServerLocation = { folder, socket: await socketPath(folder, disposable) };
  if (options.port !== undefined) {
    place.tcp = { port: options.port || (await freePort()), password: options.password ?? newPassword() };
  }
  const server = new PrivateRedis({ binary, args, place, disposable, log: log ?? (() => {}) });
  try {
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

async function privateFolder(path: string): Promise<string> {
  const folder = resolve(path);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  return folder;
}

async function temporaryFolder(disposable: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fanfare-redis-'));
  disposable.push(folder);
  return folder;
}

async function socketPath(folder: string, disposable: string[]): Promise<string> {
  const socket = join(folder, 'redis.sock');
  if (Buffer.byteLength(socket) <= LONGEST_SOCKET_PATH) return socket;
  return join(await temporaryFolder(disposable), 'redis.sock');
}

/** A port that is free now. If another process takes it first, starting fails and says so. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** A password in letters that need no escaping in a URL or the configuration. */
function newPassword(): string {
  return randomBytes(24).toString('base64url');
}
