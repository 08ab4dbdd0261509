import { SUPPRESSION_REASONS } from '@fanfare/core';
import { expect, test } from '@jest/globals';
import { ladderOf } from '../../src/client/pages/why/ladder.ts';

const answers = (decision: Parameters<typeof ladderOf>[0]['decision'], reason?: string) =>
  ladderOf({ decision, ...(reason === undefined ? {} : { reason }) }).map(({ answer }) => answer);

test.each(SUPPRESSION_REASONS)('%s has its rung', (reason) => {
  expect(answers('suppressed', reason).filter((answer) => answer === 'no')).toHaveLength(1);
});

test('before the rung that said no all said yes, after it none was asked', () => {
  const [no] = ladderOf({ decision: 'suppressed', reason: 'MUTE_PREFERENCE' }).filter(({ answer }) => answer === 'no');
  expect(no?.title).toBe('Mute');
  expect(answers('suppressed', 'MUTE_PREFERENCE')).toEqual([
    ...Array.from({ length: 5 }, () => 'yes'),
    'no',
    'skipped',
    'skipped',
  ]);
});

test('a block is the second rung, and what was sent has passed all', () => {
  expect(answers('not_in_audience', 'blocked').indexOf('no')).toBe(1);
  expect(new Set(answers('sent'))).toEqual(new Set(['yes']));
});

test('nothing is said of what is not decided yet, or of a reason it does not know', () => {
  expect(new Set(answers('not_decided_yet'))).toEqual(new Set(['open']));
  expect(answers('not_decided_yet', 'moderation').slice(0, 3)).toEqual(['yes', 'yes', 'open']);
  expect(new Set(answers('suppressed', 'A_NEW_REASON'))).toEqual(new Set(['open']));
});
