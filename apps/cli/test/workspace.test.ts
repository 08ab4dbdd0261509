import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runProgram } from '../src/workspace/run-program.ts';

test('a program of the checkout gets the arguments, and its exit code is ours; elsewhere that is said', async () => {
  const root = await mkdtemp(join(tmpdir(), 'fanfare-checkout-'));
  const said: string[] = [];
  const output = { out: () => undefined, error: (line: string) => void said.push(line) };
  expect(await runProgram('drill', [], output, root)).toBe(2);
  expect(said).toEqual([expect.stringContaining('drill runs only in a checkout of Fanfare')]);
  await mkdir(join(root, 'bench/dist/drill'), { recursive: true });
  const program = "process.exitCode = process.argv.slice(2).join(' ') === '--seconds 1' ? 3 : 4;";
  await writeFile(join(root, 'bench/dist/drill/main.js'), program);
  expect(await runProgram('drill', ['--seconds', '1'], output, root)).toBe(3);
  await rm(root, { recursive: true });
});
