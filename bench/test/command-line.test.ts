import { describe, expect, test } from '@jest/globals';
import { HELP, parseCommandLine, UsageError } from '../src/command-line.ts';
import { ROW_NAMES } from '../src/rows/index.ts';

describe('the command line', () => {
  test('without arguments asks for all rows', () => {
    expect(parseCommandLine([])).toEqual({
      name: 'rows',
      rows: ROW_NAMES,
      quick: false,
      profile: false,
      members: 100_000,
      messages: 50_000,
      env: {},
    });
  });

  test('takes rows in any spelling and order, each once', () => {
    expect(parseCommandLine(['p1C', 'P1', 'p1', '--quick'])).toEqual({
      name: 'rows',
      rows: ['P1', 'P1c'],
      quick: true,
      profile: false,
      members: 10_000,
      messages: 20_000,
      env: {},
    });
  });

  test('takes the options of the providers', () => {
    expect(parseCommandLine(['providers', '--sends', '10', '--concurrency', '1,1000'])).toEqual({
      name: 'providers',
      options: { sends: 10, rounds: 5, concurrency: [1, 1000] },
    });
  });

  test('takes variables for our processes', () => {
    expect(parseCommandLine(['P1', '--env', 'PACK_BULK=50', '--env', 'A=b=c'])).toMatchObject({
      env: { PACK_BULK: '50', A: 'b=c' },
    });
  });

  test('offers help, which names every row', () => {
    expect(parseCommandLine(['--help', 'P1'])).toEqual({ name: 'help' });
    for (const row of ROW_NAMES) expect(HELP).toMatch(new RegExp(`^ {2}${row} `, 'm'));
  });

  test.each([
    ['an unknown row', ['P99']],
    ['an unknown option', ['--fast']],
    ['a row beside a bench', ['decision', 'P1']],
    ['an option of another bench', ['P1', '--sends', '10']],
    ['a bench without options', ['rings', '--quick']],
    ['a variable without value', ['--env', 'PACK_BULK']],
    ['a number out of range', ['providers', '--rounds', '51']],
    ['a number that is none', ['providers', '--concurrency', '100,x']],
  ])('refuses %s', (_, args) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
  });
});
