import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Output } from '../output.ts';
import { PROGRAMS, type Workspace } from './programs.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** Runs a program of the checkout in this terminal; its exit code, or 2 if it is not there. */
export async function runProgram(
  program: Workspace,
  args: readonly string[],
  { error }: Output,
  root = ROOT,
): Promise<number> {
  const file = `${root}/${PROGRAMS[program]}`;
  if (!existsSync(file)) {
    error(
      `fanfare: ${program} runs only in a checkout of Fanfare, after "npm run build": there is no ${PROGRAMS[program]}`,
    );
    return 2;
  }
  const child = spawn(process.execPath, [file, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the program as well, which ends by itself.
  const wait = () => undefined;
  process.on('SIGINT', wait);
  const forward = () => child.kill('SIGTERM');
  process.on('SIGTERM', forward);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGINT', wait);
  process.off('SIGTERM', forward);
  return code ?? 1;
}
