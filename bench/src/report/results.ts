import { readFileSync, writeFileSync } from 'node:fs';
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

const INTRO = 'Written by `npm run bench`. Figures of shared, noisy machines: compare within a run only.';

/** Writes one bench's section of `bench/RESULTS.md` and leaves the others. Returns the file's path from here. */
export function writeResults({ title, facts, table, notes }: Results): string {
  const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join('\n');
  const section = [`## ${title}`, list(facts), table, list(notes)].join('\n\n');
  const others = sectionsIn(readFileSync(FILE, 'utf8')).filter((other) => !other.startsWith(`## ${title}\n`));
  writeFileSync(FILE, `${['# Bench results', INTRO, ...others, section].join('\n\n')}\n`);
  return relative('', FILE);
}

/** Each from its heading to the next. */
const sectionsIn = (text: string): string[] =>
  text
    .split(/^(?=## )/m)
    .slice(1)
    .map((section) => section.trimEnd());
