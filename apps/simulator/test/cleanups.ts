import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs the cleanup after the test, in reverse order. */
export const afterwards = (cleanup: () => unknown): void => void cleanups.push(cleanup);

/** A temporary folder for the test. */
export async function aFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'fanfare-simulator-'));
  afterwards(() => rm(dir, { recursive: true }));
  return dir;
}
