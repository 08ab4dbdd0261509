import { readFile } from 'node:fs/promises';
import { SUPPRESSION_REASONS } from '@fanfare/core';
import { expect, test } from '@jest/globals';

test('docs/why.md explains every reason there is, and no other', async () => {
  const text = await readFile(new URL('../../../docs/why.md', import.meta.url), 'utf8');
  const documented = [...text.matchAll(/^\| ([A-Z_]+) \|/gm)].map(([, reason]) => reason);
  expect(documented).toHaveLength(SUPPRESSION_REASONS.length);
  expect(new Set(documented)).toEqual(new Set(SUPPRESSION_REASONS));
});
