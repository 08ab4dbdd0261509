import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DevError } from './terminal.ts';

/**
 * The absolute path of this folder, made if need be, for nobody else to read.
 *
 * @throws DevError when it cannot be.
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
