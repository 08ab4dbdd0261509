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
  /** Where the data is kept; made if need be, with mode 0700. Default: a fresh temporary folder that goes with the server. */
  folder?: string;
  /** Listen on this loopback port too, with a random password; 0 takes a free one. Default: only a Unix socket. */
  port?: number;
  /** More arguments for the server, as on its command line: `['--cluster-enabled', 'yes']`. They win over ours. */
  args?: string[];
  /** Is told each step, one line each. Default: see `FindOptions.log` for fetching; else silence. */
  log?: (line: string) => void;
  /** Which server to run. Default: the one that `findRedis` finds. */
  binary?: RedisBinary;
}

/** Linux allows 107 bytes, macOS 103. */
const LONGEST_SOCKET_PATH = 103;

/**
 * Starts a private Redis server and resolves when it answers, its data loaded. Nobody else can reach it, it syncs every
 * write before it answers, and it ends with our process, however that ends. It keeps our process from ending by itself
 * until it is stopped.
 * @throws RedisNotFoundError when there is no server to run; RedisFolderInUseError when one runs on `folder` already;
 * an Error with the last lines of the server's log when it does not come up.
 */
export async function startRedis(options: StartOptions = {}): Promise<RedisServer> {
  const { args = [], log } = options;
  const binary = options.binary ?? (await findRedis(log ? { log } : {}));
  const disposable: string[] = [];
  const folder = options.folder ? await privateFolder(options.folder) : await temporaryFolder(disposable);
  const place: ServerLocation = { folder, socket: await socketPath(folder, disposable) };
  if (options.port !== undefined) place.tcp = { port: options.port || (await freePort()), password: newPassword() };
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

/** Free a moment ago: another process can take it first, and then starting fails and says so. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** In letters that mean the same in a URL and in the configuration. */
function newPassword(): string {
  return randomBytes(24).toString('base64url');
}
