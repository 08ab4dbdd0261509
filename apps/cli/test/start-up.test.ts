import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** What a file loads at once: imports of values, not of types and not on demand. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^import (?!type )[^;]*? from '([^']+)';$/gms)].map(([, name = '']) => name);

test('help loads the parser of the command line, and nothing else that is installed', () => {
  const files = [MAIN];
  const installed = new Set<string>();
  for (const file of files) {
    for (const name of importsOf(file)) {
      const path = join(dirname(file), name);
      if (!name.startsWith('.')) installed.add(name);
      else if (!files.includes(path)) files.push(path);
    }
  }
  expect(files.every((file) => existsSync(file))).toBe(true);
  expect(files.length).toBeGreaterThan(20);
  expect([...installed].filter((name) => !name.startsWith('node:'))).toEqual(['commander']);
});
