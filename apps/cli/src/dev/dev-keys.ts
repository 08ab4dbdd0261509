import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from '@fanfare/runtime';
import { DevError } from './terminal.ts';

/** What must not change: without it, what is stored is locked. */
const KEPT_FOR_GOOD = ['FANFARE_ADMIN_KEY', 'FANFARE_MASTER_KEY'] as const;

/** The secrets that the apps need, under the names of the environment. */
export type Keys = Record<(typeof KEPT_FOR_GOOD)[number] | 'CONSOLE_PASSWORD', string>;

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
  const kept = await keysIn(file);
  return {
    file,
    FANFARE_ADMIN_KEY: env.FANFARE_ADMIN_KEY || kept.FANFARE_ADMIN_KEY,
    FANFARE_MASTER_KEY: env.FANFARE_MASTER_KEY || kept.FANFARE_MASTER_KEY,
    CONSOLE_PASSWORD: env.CONSOLE_PASSWORD || kept.CONSOLE_PASSWORD,
  };
}

/** What the file holds, over what is new: all of it at the first start, the password where an older version kept none. */
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

/** Undefined when there is no file yet. */
async function readKeys(file: string): Promise<Partial<Keys> | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new DevError(`cannot read ${file}: ${error.message}`);
  });
  if (text === undefined) return undefined;
  const keys = parse(text);
  if (keys && KEPT_FOR_GOOD.every((name) => typeof keys[name] === 'string')) return keys;
  throw new DevError(`${file} does not hold ${KEPT_FOR_GOOD.join(' and ')}; remove it to have new ones made`);
}

function parse(text: string): Partial<Keys> | undefined {
  try {
    return JSON.parse(text) as Partial<Keys>;
  } catch {
    return undefined;
  }
}
