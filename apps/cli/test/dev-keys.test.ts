import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { devKeys } from '../src/dev/dev-keys.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fanfare-keys-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('keys are created at the first start and stay the same', async () => {
  const first = await devKeys(folder, {});
  expect(await devKeys(folder, {})).toEqual(first);
  expect(first.FANFARE_ADMIN_KEY.length).toBeGreaterThanOrEqual(32);
  expect(Buffer.from(first.FANFARE_MASTER_KEY, 'base64')).toHaveLength(32);
  expect(first.CONSOLE_PASSWORD.length).toBeGreaterThanOrEqual(8);
});

test('no other user may read the keys', async () => {
  const { file } = await devKeys(folder, {});
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('the environment takes precedence over stored keys, and an empty variable does not count', async () => {
  const kept = await devKeys(folder, {});
  const keys = await devKeys(folder, { FANFARE_ADMIN_KEY: 'of the environment', FANFARE_MASTER_KEY: '' });
  expect(keys).toEqual({ ...kept, FANFARE_ADMIN_KEY: 'of the environment' });
});

test('a file without a console password, as written by older versions, gets one and keeps the rest', async () => {
  const { file, CONSOLE_PASSWORD: _, ...kept } = await devKeys(folder, {});
  await writeFile(file, JSON.stringify(kept));
  const keys = await devKeys(folder, {});
  expect(keys).toEqual({ ...kept, file, CONSOLE_PASSWORD: expect.any(String) });
  expect(await devKeys(folder, {})).toEqual(keys);
});

test.each(['{}', 'no JSON', 'null'])('a key file that contains %s is refused and left alone', async (content) => {
  await writeFile(join(folder, 'keys.json'), content);
  await expect(devKeys(folder, {})).rejects.toThrow(/keys\.json does not hold FANFARE_ADMIN_KEY/);
});
