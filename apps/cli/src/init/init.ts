import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { deriveMembershipKey } from '@fanfare/store';
import type { Output } from '../output.ts';

/** The options of `fanfare init`. */
export interface InitOptions {
  /** The file to write; undefined: print instead. */
  file: string | undefined;
}

/** How to make random bytes; the system's by default. */
export type RandomBytes = (size: number) => Buffer;

/**
 * Runs `fanfare init`; the exit code. Never overwrites a file: with other keys, the stored secrets of providers could
 * no longer be read.
 */
export async function init({ file }: InitOptions, { out, error }: Output): Promise<number> {
  const text = environment();
  if (file === undefined) {
    out(text);
    return 0;
  }
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (failure) {
    const { code, message } = failure as NodeJS.ErrnoException;
    error(code === 'EEXIST' ? `${file} exists; its keys are kept` : `${file} cannot be written: ${message}`);
    return 2;
  }
  out(`${file} is written, readable by you only. Keep a copy of it in a safe place: without`);
  out('FANFARE_MASTER_KEY, the secrets of your providers cannot be read. Next:');
  out('  docker compose up --build --detach');
  return 0;
}

/** The variables that docker-compose.yml requires, with new secrets. */
export function environment(random: RandomBytes = randomBytes): string {
  const masterKey = random(32).toString('base64');
  return `# Secrets of this installation, made by fanfare init. All other variables: docs/configuration.md.

# The operator's key for the API, in the header adminkey.
FANFARE_ADMIN_KEY=${random(24).toString('hex')}
# Opens the console at http://localhost:8090.
CONSOLE_PASSWORD=${random(12).toString('hex')}
# Encrypts the secrets of providers and membership sources.
FANFARE_MASTER_KEY=${masterKey}
# Derived from it, for fanout: fanfare keys derive.
FANFARE_MEMBERSHIP_KEY=${deriveMembershipKey(masterKey)}
REDIS_PASSWORD=${random(24).toString('hex')}
`;
}
