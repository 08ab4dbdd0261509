import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from '@fanfare/runtime';
import { DevError } from '../terminal.ts';

/** These must not change: stored data depends on them. */
const KEPT_FOR_GOOD = ['FANFARE_ADMIN_KEY', 'FANFARE_MASTER_KEY'] as const;

/** The secrets that the apps need, named as in the environment. */
export type Keys = Record<(typeof KEPT_FOR_GOOD)[number] | 'CONSOLE_PASSWORD', string>;

/** The keys of a development system, and their file. */
export interface DevKeys extends Keys {
  file: string;
}

/**
 * Reads the keys from this folder, and creates them at the first call. They persist, because data encrypted with them
 * would be lost otherwise. The environment takes precedence.
 *
 * @throws DevError if the file has other content.
 */
export async function devKeys(folder: string, env: Env): Promise<DevKeys> {
  const file = join(folder, 'keys.json');
  const kept = await keysIn(file);
  return {
    file,
    FANFARE_ADMIN_KEY: env.FANFARE_ADMIN_KEY || kept.FANFARE_ADMIN_KEY,
    FANFARE_MASTER_KEY: env.FANFARE_MASTER_KEY || kept.FANFARE_MASTER_KEY,
    CONSOLE_PASSWORD: env.CONSOLE_PASSWORD || kept.CONSOLE_PASSWORD,
  };
}

/** The file's keys, completed with new ones: all at the first start, the password for a file of an older version. */
async function keysIn(file: string): Promise<Keys> {
  const kept = await readKeys(file);
  if (typeof kept?.CONSOLE_PASSWORD === 'string') return kept as Keys;
  const keys: Keys = {
    FANFARE_ADMIN_KEY: randomBytes(24).toString('base64url'),
    FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
    CONSOLE_PASSWORD: randomBytes(9).toString('base64url'),
    ...kept,
  };
  await writeFile(file, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 });
  return keys;
}

/** Undefined if there is no file yet. */
async function readKeys(file: string): Promise<Partial<Keys> | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new DevError(`cannot read ${file}: ${error.message}`);
  });
  if (text === undefined) return undefined;
  const keys = parse(text);
  if (keys && KEPT_FOR_GOOD.every((name) => typeof keys[name] === 'string')) return keys;
  throw new DevError(`${file} does not hold ${KEPT_FOR_GOOD.join(' and ')}; remove it to create new ones`);
}

function parse(text: string): Partial<Keys> | undefined {
  try {
    return JSON.parse(text) as Partial<Keys>;
  } catch {
    return undefined;
  }
}
