import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const ROOT = new URL('../../..', import.meta.url);
const execute = promisify(execFile);

const checkNode = (version: string) =>
  execute(process.execPath, ['scripts/check-node.js', version], { cwd: ROOT }).then(
    () => 'ok',
    (error: { stderr: string }) => error.stderr,
  );

test.each(['20.19.0', '20.20.2', '22.0.0', '24.22.3', '26.12.1', '100.0.0'])('Node %s will do', async (version) => {
  expect(await checkNode(version)).toBe('ok');
});

test.each(['18.20.8', '20.18.3', '20.9.0'])('Node %s is too old, in one clear line', async (version) => {
  expect(await checkNode(version)).toMatch(/^Fanfare needs Node 20\.19 or later; this is Node [\d.]+\..*\n$/);
});

test('npm does not refuse a newer Node because one dependency has not heard of it', async () => {
  const npmrc = await readFile(new URL('.npmrc', ROOT), 'utf8');
  expect(npmrc).not.toContain('engine-strict');
  const { scripts } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'));
  for (const name of ['start', 'test']) expect(scripts[name]).toMatch(/^node scripts\/check-node\.js && /);
});
