import type { DeadLetter } from '@fanfare/client';
import { expect, test } from '@jest/globals';
import { confirmedLetters } from '../../src/client/api/confirmed-letters.ts';

test('dropping ends after the letters that were confirmed, and spares those that arrive meanwhile', async () => {
  const letter = (id: string, at: number): DeadLetter => {
    return { id, at, eventId: 'm1', uid: 'bob', provider: 'custom', reason: 'refused', attempts: 1 };
  };
  let letters = [letter('c', 30), letter('b', 20), letter('a', 10)];
  let arrived = 0;
  // A page of two, newest first; the cursor is the time of the last letter of the page.
  const read = async (cursor: string | undefined) => {
    const rest = letters.filter(({ at }) => cursor === undefined || at < Number(cursor));
    const data = rest.slice(0, 2);
    return { data, meta: rest.length > 2 ? { cursor: String(data.at(-1)?.at) } : {} };
  };
  const dropped: string[] = [];
  for await (const ids of confirmedLetters(read, 30)) {
    dropped.push(...ids);
    arrived += 1;
    letters = [letter(`new${arrived}`, 30 + arrived), ...letters.filter(({ id }) => !ids.includes(id))];
  }
  expect(dropped).toEqual(['c', 'b', 'a']);
  expect(letters.map(({ id }) => id)).toEqual(['new2', 'new1']);
});
