import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { deriveMembershipKey } from '@fanfare/store';
import type { Output } from '../output.ts';

/** The options of `fanfare init`. */
export interface InitOptions {
  /** The file to write; undefined: print instead. */
  file: string | undefined;
  json: boolean;
}

/** How to make random bytes; the system's by default. */
export type RandomBytes = (size: number) => Buffer;

/**
 * Runs `fanfare init`; returns the exit code. Never overwrites a file: with other keys, the stored secrets of providers
 * could no longer be read.
 */
export async function init({ file, json }: InitOptions, { out, error }: Output): Promise<number> {
  const secrets = newSecrets();
  if (file === undefined) {
    out(json ? JSON.stringify(secrets) : environment(secrets));
    return 0;
  }
  try {
    await writeFile(file, environment(secrets), { flag: 'wx', mode: 0o600 });
  } catch (failure) {
    const { code, message } = failure as NodeJS.ErrnoException;
    error(code === 'EEXIST' ? `${file} exists; its keys are kept` : `${file} cannot be written: ${message}`);
    return 2;
  }
  for (const line of json ? [JSON.stringify({ file })] : written(file)) out(line);
  return 0;
}

const written = (file: string): string[] => [
  `${file} is written, readable by you only. Keep a copy of it in a safe place: without`,
  'FANFARE_MASTER_KEY, the secrets of your providers cannot be read. Next:',
  '  docker compose up --build --detach',
];

type Secrets = ReturnType<typeof newSecrets>;

/** New values for the variables that docker-compose.yml requires. */
export function newSecrets(random: RandomBytes = randomBytes) {
  const masterKey = random(32).toString('base64');
  return {
    FANFARE_ADMIN_KEY: random(24).toString('hex'),
    CONSOLE_PASSWORD: random(12).toString('hex'),
    FANFARE_MASTER_KEY: masterKey,
    FANFARE_MEMBERSHIP_KEY: deriveMembershipKey(masterKey),
    REDIS_PASSWORD: random(24).toString('hex'),
  };
}

/** The text of an environment file with these secrets. */
export function environment(secrets: Secrets): string {
  return `# Secrets of this installation, made by fanfare init. All other variables: docs/configuration.md.

# The operator's key for the API, in the header adminkey.
FANFARE_ADMIN_KEY=${secrets.FANFARE_ADMIN_KEY}
# Opens the console at http://localhost:8090.
CONSOLE_PASSWORD=${secrets.CONSOLE_PASSWORD}
# Encrypts the secrets of providers and membership sources.
FANFARE_MASTER_KEY=${secrets.FANFARE_MASTER_KEY}
# Derived from it, for fanout: fanfare keys derive.
FANFARE_MEMBERSHIP_KEY=${secrets.FANFARE_MEMBERSHIP_KEY}
REDIS_PASSWORD=${secrets.REDIS_PASSWORD}
`;
}
