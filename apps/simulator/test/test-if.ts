import { execFileSync } from 'node:child_process';
import { test } from '@jest/globals';

/** A test that runs if its condition holds; else it is skipped under a name that says why. */
export const testIf = (condition: boolean, why: string) => (condition ? test : skipped(why));

const skipped = (why: string) => (name: string, body: () => Promise<void>) =>
  test.skip(`${name} (skipped: ${why})`, body);

/** The output of a command; empty if it is not installed. */
export function outputOf(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
