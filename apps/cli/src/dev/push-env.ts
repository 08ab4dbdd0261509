import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from '@fanfare/runtime';
import type { Simulator } from '@fanfare/simulator/app';
import { DevError } from '../terminal.ts';

/**
 * The variables that make the apps push to the simulator: its address for FCM and APNs, and a file in this folder with
 * its CA, added to those of EXTRA_CA_FILE.
 *
 * @throws DevError if the file of EXTRA_CA_FILE cannot be read.
 */
export async function pushEnv(
  { tlsUrl, caPem }: Pick<Simulator, 'tlsUrl' | 'caPem'>,
  folder: string,
  env: Env,
): Promise<Env> {
  const file = join(folder, 'extra-ca.pem');
  await writeFile(file, [caPem, await extraCa(env)].join('\n'));
  return { FCM_ENDPOINT: tlsUrl, APNS_ENDPOINT: tlsUrl, APNS_SANDBOX_ENDPOINT: tlsUrl, EXTRA_CA_FILE: file };
}

async function extraCa({ EXTRA_CA_FILE: file }: Env): Promise<string> {
  if (!file) return '';
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new DevError(`EXTRA_CA_FILE: ${error.message}`);
  });
}
