import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from '@fanfare/runtime';
import { DevError } from './dev-error.ts';

const NAMES = ['FANFARE_ADMIN_KEY', 'FANFARE_MASTER_KEY'] as const;

/** The secrets that the apps need, under the names of the environment. */
export type Keys = Record<(typeof NAMES)[number], string>;

/** The keys of a development system and where they are kept. */
export interface DevKeys extends Keys {
  file: string;
}

/**
 * The keys kept in this folder, made at the first call: they must stay, or what was sealed could not be opened after a
 * restart. The environment goes before them.
 *
 * @throws DevError when the file is not one of ours.
 */
export async function devKeys(folder: string, env: Env): Promise<DevKeys> {
  const file = join(folder, 'keys.json');
  const kept = (await readKeys(file)) ?? (await makeKeys(file));
  return {
    file,
    FANFARE_ADMIN_KEY: env.FANFARE_ADMIN_KEY || kept.FANFARE_ADMIN_KEY,
    FANFARE_MASTER_KEY: env.FANFARE_MASTER_KEY || kept.FANFARE_MASTER_KEY,
  };
}

async function readKeys(file: string): Promise<Keys | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new DevError(`cannot read ${file}: ${error.message}`);
  });
  if (text === undefined) return undefined;
  const keys = parse(text);
  if (keys && NAMES.every((name) => typeof keys[name] === 'string')) return keys as Keys;
  throw new DevError(`${file} does not hold ${NAMES.join(' and ')}; remove it to have new ones made`);
}

function parse(text: string): Partial<Keys> | undefined {
  try {
    return JSON.parse(text) as Partial<Keys>;
  } catch {
    return undefined;
  }
}

async function makeKeys(file: string): Promise<Keys> {
  const keys: Keys = {
    FANFARE_ADMIN_KEY: randomBytes(24).toString('base64url'),
    FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
  };
  await writeFile(file, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 });
  return keys;
}
