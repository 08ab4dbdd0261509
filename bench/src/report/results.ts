import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../../RESULTS.md', import.meta.url));

/** The content of RESULTS.md for one bench. */
export interface Results {
  title: string;
  facts: readonly string[];
  table: string;
  notes: readonly string[];
}

/** Replaces `bench/RESULTS.md`. Returns its relative path. */
export function writeResults({ title, facts, table, notes }: Results): string {
  const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join('\n');
  const intro = 'Written by `npm run bench`. The machines are shared and noisy: compare figures within one run only.';
  const parts = ['# Bench results', intro, `## ${title}`, list(facts), table, list(notes)];
  writeFileSync(FILE, `${parts.join('\n\n')}\n`);
  return relative('', FILE);
}
