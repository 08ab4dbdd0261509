import { UsageError } from '../usage-error.ts';
import type { Operator } from './operator.ts';

interface Deletion {
  /** What is deleted. */
  what: string;
  /** What has to be typed. */
  word: string;
  /** `--yes` was given. */
  isSure: boolean;
}

/** Returns once the operator has typed the word. @throws UsageError if they did not, or without a terminal. */
export async function confirm({ input, output }: Operator, { what, word, isSure }: Deletion): Promise<void> {
  if (isSure) return;
  if (!input.isTTY) throw new UsageError(`this deletes ${what}: confirm with --yes`);
  output.error(`This deletes ${what}. Type "${word}" to go on:`);
  for await (const line of input) {
    if (line.trim() === word) return;
    break;
  }
  throw new UsageError('not confirmed; nothing was deleted');
}
