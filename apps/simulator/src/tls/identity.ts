import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { makeIdentity, type ServerIdentity } from './certificate.ts';

const FILES = { caPem: 'ca.pem', certPem: 'server.pem', keyPem: 'server-key.pem' } as const;

export interface IdentityOptions {
  /** Host names and IP addresses to cover. */
  names: readonly string[];
  /** The folder that keeps it across restarts; undefined: in memory only. */
  dir: string | undefined;
  now: Date;
}

/**
 * Loads the server's certificate and CA from the folder if they are valid; otherwise creates new ones and stores them
 * there.
 *
 * @throws Error with the system's `code` when the folder cannot be read or written.
 */
export async function identity({ names, dir, now }: IdentityOptions): Promise<ServerIdentity> {
  const kept = dir === undefined ? undefined : await read(dir);
  if (kept && isGood(kept, names, now)) return kept;
  const made = makeIdentity(names, now);
  if (dir !== undefined) await write(dir, made);
  return made;
}

/** Undefined if something is missing. */
async function read(dir: string): Promise<ServerIdentity | undefined> {
  try {
    const [caPem, certPem, keyPem] = await Promise.all([
      readFile(join(dir, FILES.caPem), 'utf8'),
      readFile(join(dir, FILES.certPem), 'utf8'),
      readFile(join(dir, FILES.keyPem), 'utf8'),
    ]);
    return { caPem, certPem, keyPem };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Files are replaced atomically, because another process may be reading them. */
async function write(dir: string, made: ServerIdentity): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const part of ['keyPem', 'certPem', 'caPem'] as const) {
    const path = join(dir, FILES[part]);
    await writeFile(`${path}.new`, made[part], { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}

/**
 * Whether the parts belong together, are still valid, and cover all names. False for texts that are not certificates.
 */
function isGood({ caPem, certPem, keyPem }: ServerIdentity, names: readonly string[], now: Date): boolean {
  try {
    const certificate = new X509Certificate(certPem);
    const fits = certificate.checkPrivateKey(createPrivateKey(keyPem));
    const issued = certificate.verify(new X509Certificate(caPem).publicKey);
    const covers = (name: string) =>
      (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
    return fits && issued && new Date(certificate.validTo) > now && names.every(covers);
  } catch {
    return false;
  }
}
