import { spawnSync } from 'node:child_process';

/** Whether a program is there; if not, says what is skipped. */
export function has(program: string, skipped: string): boolean {
  const isThere = spawnSync(program, ['--version']).error === undefined;
  if (!isThere) process.stderr.write(`no ${program} on this machine: ${skipped}\n`);
  return isThere;
}
