import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { accepts } from './resp.ts';

/** The user of a data folder. */
export interface LockHolder {
  /** The process id of the server. */
  pid: number;
  /** The path of its socket. */
  socket: string;
  /** The process that started the server, and whose end stops it. */
  owner: number;
}

/** A server already runs on this data folder. Two on one append-only file would destroy it. */
export class RedisFolderInUseError extends Error {
  override readonly name = 'RedisFolderInUseError';

  constructor(folder: string, holder: LockHolder) {
    super(`A Redis server already runs in ${folder} (process ${holder.pid}). Stop it, or choose another folder.`);
  }
}

/** Longer than stopping a server whose parent has died takes, and far longer than opening a socket does. */
const PATIENCE_MS = 10_000;

/**
 * Locks the folder for `holder`, whose process need not run yet. Resolves to the release function. Refuses at once if a
 * server and its owner are alive; waits up to `patienceMs` for a server whose owner has died.
 *
 * The lock is a file that names its holder; one of several starters gets it. A lock left by a crash is recognised and
 * replaced. The socket is asked before the process table, because a server in another container may hold the folder,
 * and after a reboot another program may have the holder's id.
 *
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
    // A hard link appears with its whole content or not at all, and fails if the file exists.
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

/** A power cut can leave an empty or truncated file; such a lock has no holder. */
function parseHolder(content: string): LockHolder | undefined {
  try {
    return JSON.parse(content) as LockHolder;
  } catch {
    return undefined;
  }
}

/**
 * Whether the holder's server will stay: it listens and its owner lives, or it still listens after this time. False as
 * soon as it is gone.
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

/** Renames the file before removing it, because another starter may have replaced it meanwhile. */
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
