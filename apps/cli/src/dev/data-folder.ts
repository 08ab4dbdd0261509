import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DevError } from '../terminal.ts';

/**
 * Creates the folder if needed, readable only by this user, and returns its absolute path.
 *
 * @throws DevError if it cannot be created.
 */
export async function dataFolder(path: string): Promise<string> {
  const folder = resolve(path);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (error) {
    throw new DevError(`--data: ${folder} cannot be used: ${(error as Error).message}`);
  }
}
