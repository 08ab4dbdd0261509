import { access } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { canFetch, fetchedCopy, fetchPackage } from './fetch-package.ts';
import { RedisNotFoundError } from './not-found.ts';
import { operatingSystem } from './operating-system.ts';
import { isRecent, probe, type RedisBinary } from './redis-binary.ts';

export interface FindOptions {
  /**
   * The folder for a fetched copy. Default: `.fanfare/redis` in the root of the repository (ignored by git), or in the
   * current folder.
   */
  folder?: string;
  /** Folders to search, in PATH syntax. Default: PATH, plus the usual places that a PATH may lack. */
  searchPath?: string;
  /** Receives a line per step. Default: standard error, because a download should not be silent. */
  log?: (line: string) => void;
}

const NAMES = ['redis-server', 'valkey-server'];
/** Homebrew's folders, and those where distributions keep servers that a user's PATH may lack. */
const USUAL_PLACES = ['/usr/local/bin', '/opt/homebrew/bin', '/usr/bin', '/usr/sbin'];

/**
 * Finds a server to run: one installed on this machine; else the copy fetched earlier; else, on Debian and derivatives,
 * the distribution's package, fetched into `folder` without root and without changing the system. Ignores servers older
 * than 7.0. Several processes may call it at once.
 * @throws RedisNotFoundError with the one command that helps on this system.
 */
export async function findRedis(options: FindOptions = {}): Promise<RedisBinary> {
  const log = options.log ?? ((line) => console.error(line));
  const system = await operatingSystem();
  const folder = join(resolve(options.folder ?? (await defaultFolder())), system.slug);
  const found = (await onPath(options.searchPath ?? usualPath(), log)) ?? (await fetchedCopy(folder));
  if (found) return found;
  if (!canFetch(system)) throw new RedisNotFoundError(system);
  try {
    log(`redis: none is installed; fetching the package of ${system.name} for this project only`);
    return await fetchPackage(folder, log);
  } catch (error) {
    throw new RedisNotFoundError(system, { cause: error as Error });
  }
}

function usualPath(): string {
  return [process.env.PATH, ...USUAL_PLACES].filter(Boolean).join(delimiter);
}

async function onPath(searchPath: string, log: (line: string) => void): Promise<RedisBinary | undefined> {
  const folders = new Set(searchPath.split(delimiter).filter(Boolean));
  const commands = [...folders].flatMap((folder) => NAMES.map((name) => resolve(folder, name)));
  for (const command of commands) {
    const version = (await exists(command)) ? await probe(command, {}) : undefined;
    if (version && isRecent(version)) return { command, env: {}, source: 'path', version };
    if (version) log(`redis: ignoring ${command}: it is ${version}, and 7.0 or newer is needed`);
  }
  return undefined;
}

/** The root of the repository: the folder with the lock file or the git data. All workspaces share one copy. */
async function defaultFolder(): Promise<string> {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const isRoot = (await exists(join(folder, 'package-lock.json'))) || (await exists(join(folder, '.git')));
    if (isRoot) return join(folder, '.fanfare', 'redis');
    if (folder === dirname(folder)) return resolve('.fanfare', 'redis');
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
