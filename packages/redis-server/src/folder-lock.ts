import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { accepts } from './resp.ts';

/** Who uses a data folder. */
export interface LockHolder {
  /** Of the server's process. */
  pid: number;
  /** Path of the socket it listens on. */
  socket: string;
  /** The process that started the server, with which it ends. */
  owner: number;
}

/** A server runs on this data folder already. Two on one append-only file would destroy it. */
export class RedisFolderInUseError extends Error {
  override readonly name = 'RedisFolderInUseError';

  constructor(folder: string, holder: LockHolder) {
    super(`A Redis server runs in ${folder} already (process ${holder.pid}). Stop it, or choose another folder.`);
  }
}

/** Longer than it takes to stop a server whose parent has died, and by far longer than one needs to open its socket. */
const PATIENCE_MS = 10_000;

/**
 * Takes the folder for `holder`, whose process need not run yet. Resolves to the release. Refuses at once when a server
 * and its owner are there; waits up to `patienceMs` for one whose owner has died.
 *
 * The lock is a file that names its holder; of several starters one gets it. A lock that a crash left behind is
 * recognised and replaced. The socket is asked before the process table, for a server in another container may hold the
 * folder, and after a reboot another program may have the holder's id.
 * @throws RedisFolderInUseError, having changed nothing.
 */
export async function lockFolder(
  folder: string,
  holder: LockHolder,
  patienceMs = PATIENCE_MS,
): Promise<() => Promise<void>> {
  const lock = lockIn(folder);
  const own = `${lock}.${holder.pid}`;
  await writeFile(own, JSON.stringify(holder), { mode: 0o600 });
  try {
    // A hard link appears with its whole content or not at all, and fails where a file is.
    while (!(await linked(own, lock))) await clearIfStale(folder, patienceMs);
  } finally {
    await rm(own, { force: true });
  }
  return () => rm(lock, { force: true });
}

function lockIn(folder: string): string {
  return join(folder, 'server.lock');
}

async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function clearIfStale(folder: string, patienceMs: number): Promise<void> {
  const lock = lockIn(folder);
  const content = await readFile(lock, 'utf8').catch(() => undefined);
  if (content === undefined) return;
  const holder = parseHolder(content);
  if (holder && (await outlasts(holder, patienceMs))) throw new RedisFolderInUseError(folder, holder);
  await removeExactly(lock, content);
}

/** A power cut can leave an empty or cut-off file: such a lock has no holder. */
function parseHolder(content: string): LockHolder | undefined {
  try {
    return JSON.parse(content) as LockHolder;
  } catch {
    return undefined;
  }
}

/**
 * Whether the holder's server is there to stay: it listens, and its owner lives, or it still listens after this time.
 * False at once when it is gone.
 */
async function outlasts({ pid, socket, owner }: LockHolder, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const listens = await accepts(socket);
    if (!listens && !isAlive(pid)) return false;
    if ((listens && isAlive(owner)) || Date.now() > deadline) return listens;
    await delay(50);
  }
}

/** Moves the file away before it removes it, because another starter may have replaced it with its own meanwhile. */
async function removeExactly(lock: string, content: string): Promise<void> {
  const aside = `${lock}.stale-${process.pid}`;
  await rename(lock, aside).catch(() => {});
  const moved = await readFile(aside, 'utf8').catch(() => undefined);
  if (moved !== undefined && moved !== content) await linked(aside, lock);
  await rm(aside, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
