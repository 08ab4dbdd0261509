import { access, copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { NodeProcess } from '../system/node-process.ts';
import { PROFILE_FILE } from './file-name.ts';

/** Options of Node for a process that is to be profiled. */
export const PROFILED = ['--import', new URL('./hook.js', import.meta.url).href];

/** Where profiles are put; git ignores it. */
const FOLDER = fileURLToPath(new URL('../../../.fanfare/profiles/', import.meta.url));

const POLL_MS = 50;
const PATIENCE_MS = 30_000;

/** Profiles processes during `work`, and returns the files, named `<label>-<process>.cpuprofile`. */
export async function profile(
  label: string,
  processes: Iterable<NodeProcess>,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const all = [...processes];
  for (const one of all) one.signal('SIGUSR2');
  await work();
  for (const one of all) one.signal('SIGUSR2');
  await mkdir(FOLDER, { recursive: true });
  const files = [];
  for (const one of all) {
    const file = join(FOLDER, `${label}-${one.name}.cpuprofile`);
    const source = await written(join(one.folder, PROFILE_FILE(one.pid)));
    await copyFile(source, file);
    await rm(source);
    files.push(file);
  }
  return files;
}

/** The file, once it is there. */
async function written(file: string): Promise<string> {
  const until = Date.now() + PATIENCE_MS;
  while (
    !(await access(file).then(
      () => true,
      () => false,
    ))
  ) {
    if (Date.now() > until) throw new Error(`there is no profile ${file}`);
    await delay(POLL_MS);
  }
  return file;
}
