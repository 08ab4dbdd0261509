import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pushEnv } from '../src/dev/push-env.ts';
import { DevError } from '../src/terminal.ts';

const SIMULATOR = { tlsUrl: 'https://127.0.0.1:8443', caPem: "the simulator's CA" };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fanfare-push-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('FCM and APNs are the simulator, which is trusted by its CA', async () => {
  const { EXTRA_CA_FILE: file = '', ...endpoints } = await pushEnv(SIMULATOR, folder, {});
  expect(new Set(Object.values(endpoints))).toEqual(new Set([SIMULATOR.tlsUrl]));
  expect(Object.keys(endpoints)).toEqual(['FCM_ENDPOINT', 'APNS_ENDPOINT', 'APNS_SANDBOX_ENDPOINT']);
  expect(await readFile(file, 'utf8')).toContain(SIMULATOR.caPem);
});

test('the CAs of EXTRA_CA_FILE are trusted as well', async () => {
  const own = join(folder, 'own.pem');
  await writeFile(own, 'a CA of the company');
  const { EXTRA_CA_FILE: file = '' } = await pushEnv(SIMULATOR, folder, { EXTRA_CA_FILE: own });
  expect(await readFile(file, 'utf8')).toBe(`${SIMULATOR.caPem}\na CA of the company`);
  expect(await readFile(own, 'utf8')).toBe('a CA of the company');
});

test('a missing EXTRA_CA_FILE is an error that names it', async () => {
  const missing = pushEnv(SIMULATOR, folder, { EXTRA_CA_FILE: join(folder, 'missing.pem') });
  await expect(missing).rejects.toThrow(DevError);
  await expect(missing).rejects.toThrow(/^EXTRA_CA_FILE: .*missing\.pem/);
});
