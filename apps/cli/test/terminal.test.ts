import { expect, test } from '@jest/globals';
import { Terminal } from '../src/terminal.ts';

const written = (isTTY: boolean, env = {}) => {
  let text = '';
  const terminal = new Terminal({ isTTY, write: (part) => (text += part) }, env);
  terminal.progress('working');
  return text;
};

test('a terminal gets colours', () => {
  expect(written(true)).toBe('\u001b[2mworking\u001b[0m\n');
});

test('a file or a pipe gets plain text', () => {
  expect(written(false)).toBe('working\n');
});

test('with NO_COLOR a terminal gets plain text too', () => {
  expect(written(true, { NO_COLOR: '1' })).toBe('working\n');
});
