import { createLogger } from '@fanfare/runtime';
import { expect, test } from '@jest/globals';
import { logOnce } from '../src/undocumented.ts';

test('an answer that no table has is logged once', () => {
  const lines: { status: number; word?: string }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const tell = logOnce(createLogger({ name: 'sender', level: 'info', destination }));
  const answer = { provider: 'apns', status: 418, word: 'Teapot' } as const;
  for (const each of [answer, answer, { ...answer, status: 419 }, answer]) tell(each);
  expect(lines.map(({ status, word }) => [status, word])).toEqual([
    [418, 'Teapot'],
    [419, 'Teapot'],
  ]);
});
