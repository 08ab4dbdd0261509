import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { BODY_LIMITS } from '../../src/http/body-limits.ts';

const KIB = 1024;
const sizeOf = (bytes: number) => (bytes < KIB * KIB ? `${bytes / KIB} KiB` : `${bytes / KIB / KIB} MiB`);

test('docs/security.md lists the limits of bodies', async () => {
  const page = await readFile(new URL('../../../../docs/security.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([\w ]+) \| ([\d,]+|–)/gm)].map(([, ...cells]) => cells);
  const limits = Object.entries(BODY_LIMITS);
  expect(rows).toEqual(
    limits.map(([kind, { bytes, ...more }]) => [
      kind,
      sizeOf(bytes),
      'keys' in more ? more.keys.toLocaleString('en') : '–',
    ]),
  );
});
