import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian and its kin install libfaketime, by architecture. */
const LIBRARIES = '/usr/lib';
/** For programs with threads, such as Node. */
const NAME = join('faketime', 'libfaketimeMT.so.1');

/** The environment of a process whose clock is off; undefined without libfaketime (`apt-get install libfaketime`). */
export function wrongClock(seconds: number): Record<string, string> | undefined {
  const folders = existsSync(LIBRARIES) ? readdirSync(LIBRARIES).filter((name) => name.includes('linux-gnu')) : [];
  const library = folders.map((folder) => join(LIBRARIES, folder, NAME)).find((path) => existsSync(path));
  if (library === undefined) return undefined;
  return { LD_PRELOAD: library, FAKETIME: offset(seconds), FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}

const offset = (seconds: number): string => `${seconds < 0 ? '' : '+'}${seconds}s`;
