import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a sync takes on a slow disk. */
const SYNC_MICROS = 250_000;

/** Delays fsync and fdatasync while a file exists, which gets a byte for each. */
const SOURCE = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
static void wait_while_slow(void) {
  const char *file = getenv("DRILL_SLOW_DISK");
  int fd = file ? open(file, O_WRONLY | O_APPEND) : -1;
  if (fd < 0) return;
  if (write(fd, ".", 1) == 1) usleep(${SYNC_MICROS});
  close(fd);
}
int fsync(int fd) {
  wait_while_slow();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}
int fdatasync(int fd) {
  wait_while_slow();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
`;

/** A disk that can be made slow. */
export interface SlowDisk {
  /** Of the processes on it. */
  env: Record<string, string>;
  slow(): Promise<void>;
  /** Syncs delayed since it became slow. */
  delayed(): Promise<number>;
  heal(): Promise<void>;
}

/** Builds the library that delays syncs, in `folder`; or the reason why it cannot. */
export async function prepareSlowDisk(folder: string): Promise<SlowDisk | { missing: string }> {
  if (process.platform !== 'linux') return { missing: 'LD_PRELOAD is for Linux' };
  const [source, library, file] = ['slow-disk.c', 'slow-disk.so', 'disk-is-slow'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(source, SOURCE);
  try {
    await promisify(execFile)('gcc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl']);
  } catch (error) {
    return { missing: `no gcc to build its library (${(error as Error).message.split('\n')[0]})` };
  }
  return {
    env: { LD_PRELOAD: library, DRILL_SLOW_DISK: file },
    slow: () => writeFile(file, ''),
    delayed: async () => (await readFile(file)).length,
    heal: () => rm(file, { force: true }),
  };
}
