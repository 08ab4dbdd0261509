import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

type Log = (line: string) => void;

const execute = promisify(execFile);

/** A slow mirror may take minutes; a dead one must not block a test run forever. */
const TIMEOUT_MS = 300_000;

/** On Debian and Ubuntu, redis-tools contains the server's binary, and redis-server only the link to it. */
const SERVER = 'redis-server';
const BINARY = 'redis-tools';

/**
 * Downloads the packages of a Redis server that this system lacks, and returns their files. apt writes only into
 * `workspace`; it reads the system's package sources and its list of installed packages. So it needs no root and shares
 * no lock with a concurrent installation.
 */
export async function downloadPackages(workspace: string, log: Log): Promise<string[]> {
  const downloads = join(workspace, 'downloads');
  const options = await aptOptions(workspace);
  await mkdir(downloads);
  log('redis: reading package lists (apt-get update, into a temporary folder)');
  const update = await run('apt-get', [...options, 'update'], workspace);
  const packages = await lackingPackages(options, workspace).catch((error: Error) => {
    // apt-get update succeeds even if no source was reachable; the reason is in its output.
    throw new Error([error.message, ...complaints(update.stderr)].join('\n'), { cause: error });
  });
  log(`redis: downloading ${packages.join(' ')}`);
  await run('apt-get', [...options, 'download', ...packages], downloads);
  const files = await readdir(downloads);
  return files.map((file) => join(downloads, file));
}

/** Unpacks a package's files under `folder`. Its scripts do not run. */
export async function unpack(file: string, folder: string): Promise<void> {
  await run('dpkg-deb', ['--extract', file, folder], folder);
}

/** apt resolves what the server needs: a simulated installation lists the missing packages. */
async function lackingPackages(options: string[], workspace: string): Promise<string[]> {
  const args = [...options, 'install', '--simulate', '--no-install-recommends', SERVER];
  const { stdout } = await run('apt-get', args, workspace);
  const lacking = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name as string);
  return [...new Set([...lacking, BINARY, SERVER])];
}

/**
 * Options that give apt private lists and caches, the same for root and any other user. Source: apt.conf(5), Dir;
 * Debug::NoLocking and APT::Sandbox::User in apt's doc/examples/configure-index.
 */
async function aptOptions(workspace: string): Promise<string[]> {
  const [state, lists, cache] = ['state', 'lists', 'cache'].map((name) => join(workspace, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(state);
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  const settings = [
    `Dir::State=${state}`,
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${cache}`,
    'Dir::State::status=/var/lib/dpkg/status',
    'Debug::NoLocking=1',
    'Acquire::Retries=2',
    // As root, apt would download as its own user, who may not write to our folder.
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
  ];
  return ['--quiet', '--yes', ...settings.flatMap((setting) => ['-o', setting])];
}

async function run(command: string, args: string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  try {
    return await execute(command, args, { cwd, env, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const [reason = message] = complaints(stderr);
    throw new Error(`${command} failed: ${reason}`, { cause: error });
  }
}

/** apt marks errors with E: and warnings with W:, dpkg-deb with its name; the rest is progress. */
function complaints(stderr: string): string[] {
  return stderr.split('\n').filter((line) => /^(E|W|Err|dpkg-deb): /.test(line));
}
