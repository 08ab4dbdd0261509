import { expect, test } from '@jest/globals';
import { ImportBar, progressWords } from '../../src/import/import-bar.ts';

const SIZE = 40_000_000;

test('says how much is read and written, the rate, and how long the rest takes at that', () => {
  const words = progressWords({ at: 0, bytes: 0, lines: 0 }, { at: 5000, bytes: 10_000_000, lines: 125_000 }, SIZE);
  expect(words).toBe('10.0 of 40.0 MB, 125,000 lines, 25,000 lines/s, 15 s left');
});

test('says nothing of the rate at first', () => {
  const start = { at: 0, bytes: 0, lines: 0 };
  expect(progressWords(start, start, SIZE)).toBe('0.0 of 40.0 MB, 0 lines');
});

test('an import that continues is timed by what it does now, not by the lines it skipped', () => {
  let drawn = '';
  const bar = new ImportBar({ columns: 120, write: (text) => (drawn = text) }, SIZE);
  bar.draw({ at: 0, bytes: 0, lines: 0 });
  for (let s = 1; s <= 20; s++) bar.draw({ at: s * 1000, bytes: 20_000_000 + s * 100_000, lines: 200_000 + s * 1000 });
  expect(drawn).toContain(' 55 % 22.0 of 40.0 MB, 220,000 lines, 1,000 lines/s, 3 min left');
});

test('is drawn within the width of the terminal, and removed at the end', () => {
  let drawn = '';
  const bar = new ImportBar({ columns: 40, write: (text) => (drawn = text) }, SIZE);
  bar.draw({ at: 0, bytes: 10_000_000, lines: 5 });
  expect(drawn.replace('\r', '').replace('\u001b[K', '').length).toBeLessThan(40);
  bar.clear();
  expect(drawn).toBe('\r\u001b[K');
});
