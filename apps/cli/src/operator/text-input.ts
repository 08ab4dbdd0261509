import { readFile } from 'node:fs/promises';
import { UsageError } from '../usage-error.ts';
import type { Operator } from './operator.ts';

/** The text of a file, or for `-` what is piped in. @throws UsageError if it cannot be read. */
export async function readText({ input }: Operator, option: string, file: string): Promise<string> {
  if (file !== '-') {
    return readFile(file, 'utf8').catch((error: Error) => {
      throw new UsageError(`${option}: ${error.message}`);
    });
  }
  let text = '';
  for await (const piece of input) text += piece;
  return text;
}

/**
 * A secret of one line from a file, from what is piped in (`-`), or from the environment. Never from the command line,
 * which other users of the machine can read.
 */
export async function readSecret(
  operator: Operator,
  { option, file, variable }: { option: string; file: string | undefined; variable: string },
): Promise<string | undefined> {
  if (file === undefined) return operator.env[variable] || undefined;
  return (await readText(operator, option, file)).trim();
}
