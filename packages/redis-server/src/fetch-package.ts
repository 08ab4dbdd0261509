import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { downloadPackages, unpack } from './apt.ts';
import type { OperatingSystem } from './operating-system.ts';
import { isRecent, probe, type RedisBinary } from './redis-binary.ts';

type Log = (line: string) => void;

/** Whether the distribution's package can be fetched: on Debian, Ubuntu and their derivatives. */
export function canFetch(system: OperatingSystem): boolean {
  return system.families.includes('debian') || system.families.includes('ubuntu');
}

/** The copy unpacked in `folder`; undefined if there is none or it does not run here. */
export async function fetchedCopy(folder: string): Promise<RedisBinary | undefined> {
  const command = join(folder, 'usr', 'bin', 'redis-server');
  const env = { LD_LIBRARY_PATH: (await libraryFolders(folder)).join(':') };
  const version = await probe(command, env);
  return version ? { command, env, source: 'package', version } : undefined;
}

/**
 * Downloads the distribution's Redis package, with the libraries this system lacks, and unpacks it into `folder`. Needs
 * no root and installs nothing. `folder` appears by an atomic rename, so an interrupted fetch leaves nothing behind,
 * and of two concurrent fetches the first wins.
 */
export async function fetchPackage(folder: string, log: Log): Promise<RedisBinary> {
  await mkdir(dirname(folder), { recursive: true });
  const workspace = await mkdtemp(join(tmpdir(), 'fanfare-apt-'));
  const unpacked = await mkdtemp(join(dirname(folder), `.unpacking-${basename(folder)}-`));
  try {
    const packages = await downloadPackages(workspace, log);
    log(`redis: unpacking into ${folder}`);
    for (const file of packages) await unpack(file, unpacked);
    await assertUsable(unpacked);
    await rename(unpacked, folder).catch(ignoreExisting);
    const copy = await fetchedCopy(folder);
    if (!copy) throw new Error(`the copy in ${folder} does not run; remove that folder and try again`);
    log(`redis: ${copy.version} is ready`);
    return copy;
  } finally {
    await rm(workspace, { recursive: true, force: true });
    await rm(unpacked, { recursive: true, force: true });
  }
}

async function assertUsable(folder: string): Promise<void> {
  const copy = await fetchedCopy(folder);
  if (!copy) throw new Error('the fetched redis-server does not run on this system');
  if (!isRecent(copy.version))
    throw new Error(`this system's package is Redis ${copy.version}; 7.0 or newer is needed`);
}

/** Another process was first; its copy is as good as ours. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

/**
 * Searches for libraries, because packages put them under the name of the architecture (`usr/lib/x86_64-linux-gnu`).
 */
async function libraryFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const libraries = entries.filter((entry) => /\.so(\.|$)/.test(entry.name));
  return [...new Set(libraries.map((entry) => entry.parentPath))];
}
