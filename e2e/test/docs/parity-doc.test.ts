import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';

const PAGE = new URL('../../../docs/parity.md', import.meta.url);
const FEATURES = 32;

/** A link of the page: the name of a test, and the file it is in, relative to the page. */
const LINK = /\[([^\]]+)\]\(([^)]+\.test\.ts)\)/g;

/** The name of a test or a group of tests: a text before a function, `test('…', async () =>`, `)('…', (a, b) =>`. */
const NAME = /(['"`])((?:\\.|(?!\1)[^\\\n])+)\1,\s*(?:async\s*)?(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\w+)\s*=>/g;

let page: string;
beforeAll(async () => {
  page = await readFile(PAGE, 'utf8');
});

/** The lines of a table below a heading, without its head. */
const rowsBelow = (heading: string): string[] => {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1);
};

/** The links of a text, by file. */
function namesByFile(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name = '', file = ''] of text.matchAll(LINK)) found.set(file, (found.get(file) ?? new Set()).add(name));
  return found;
}

async function namesIn(file: string): Promise<Set<string>> {
  const source = await readFile(new URL(file, PAGE), 'utf8');
  return new Set([...source.matchAll(NAME)].map(([, , name = '']) => name));
}

describe('docs/parity.md', () => {
  test('names tests that there are, in the files it links to', async () => {
    const missing: string[] = [];
    for (const [file, names] of namesByFile(page)) {
      const there = await namesIn(file).catch(() => new Set<string>());
      for (const name of names) if (!there.has(name)) missing.push(`${file}: ${name}`);
    }
    expect(missing).toEqual([]);
  });

  test('has every feature, each with a test or a plain "not yet"', () => {
    const rows = rowsBelow('The features');
    expect(rows.map((row) => Number(row.split('|')[1]))).toEqual(Array.from({ length: FEATURES }, (_, i) => i + 1));
    expect(rows.filter((row) => !isAnswered(row))).toEqual([]);
  });

  test('has every line of the checklist, each with a test or a plain "not yet"', () => {
    const [features, ...rows] = rowsBelow('The checklist');
    expect(features).toContain('Every feature');
    expect(rows).toHaveLength(12);
    expect(rows.filter((row) => !isAnswered(row))).toEqual([]);
  });
});

const isAnswered = (row: string): boolean => namesByFile(row).size > 0 || /not yet/i.test(row);
