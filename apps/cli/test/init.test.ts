import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMembershipBox, deriveMembershipKey } from '@fanfare/store';
import { afterAll, expect, test } from '@jest/globals';
import { init, newSecrets } from '../src/init/init.ts';

const folder = await mkdtemp(join(tmpdir(), 'fanfare-init-'));
afterAll(() => rm(folder, { recursive: true }));

async function run(file: string | undefined, json = false) {
  const [lines, errors]: [string[], string[]] = [[], []];
  const code = await init({ file, json }, { out: (line) => lines.push(line), error: (line) => errors.push(line) });
  return { code, lines, errors };
}

const variables = (text: string) =>
  Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));

test('init writes secrets that are new, fit each other, and are for the owner only', async () => {
  const file = join(folder, '.env');
  expect(await run(file)).toMatchObject({ code: 0, errors: [] });
  const written = variables(await readFile(file, 'utf8'));
  expect(Object.keys(written).sort((a, b) => a.localeCompare(b))).toEqual([
    'CONSOLE_PASSWORD',
    'FANFARE_ADMIN_KEY',
    'FANFARE_MASTER_KEY',
    'FANFARE_MEMBERSHIP_KEY',
    'REDIS_PASSWORD',
  ]);
  expect(written.FANFARE_MEMBERSHIP_KEY).toBe(deriveMembershipKey(written.FANFARE_MASTER_KEY as string));
  expect(() => createMembershipBox(written.FANFARE_MASTER_KEY as string)).not.toThrow();
  expect(written.FANFARE_ADMIN_KEY?.length).toBeGreaterThanOrEqual(32);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const others = Object.values<string>(newSecrets());
  expect(Object.values<string>(written).filter((secret) => others.includes(secret))).toEqual([]);
});

test('init keeps a file that exists', async () => {
  const file = join(folder, 'kept.env');
  await writeFile(file, 'FANFARE_MASTER_KEY=ours');
  expect(await run(file)).toEqual({ code: 2, lines: [], errors: [`${file} exists; its keys are kept`] });
  expect(await readFile(file, 'utf8')).toBe('FANFARE_MASTER_KEY=ours');
});

test('init says why a file cannot be written, and can print instead', async () => {
  const { code, errors } = await run(join(folder, 'none', '.env'));
  expect({ code, errors }).toEqual({ code: 2, errors: [expect.stringContaining('cannot be written: ENOENT')] });
  const { lines } = await run(undefined);
  expect(variables(lines.join('\n'))).toHaveProperty('REDIS_PASSWORD');
});

test('init --json names the file it wrote, and with --print has the secrets', async () => {
  const file = join(folder, 'json.env');
  const { code, lines } = await run(file, true);
  expect({ code, lines }).toEqual({ code: 0, lines: [JSON.stringify({ file })] });
  const written = variables(await readFile(file, 'utf8'));
  const [printed, ...rest] = (await run(undefined, true)).lines;
  expect(Object.keys(JSON.parse(printed as string))).toEqual(Object.keys(written));
  expect(rest).toEqual([]);
});
