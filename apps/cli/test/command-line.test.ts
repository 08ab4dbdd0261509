import { describe, expect, test } from '@jest/globals';
import { parseCommandLine, UsageError } from '../src/command-line.ts';
import { DEV_HELP, HELP } from '../src/help.ts';

const parse = (line: string, env = {}) => parseCommandLine(line === '' ? [] : line.split(' '), env);

test('dev without options uses the default port and a folder that git ignores', () => {
  expect(parse('dev')).toEqual({ name: 'dev', options: { port: 8080, data: '.fanfare/dev' } });
});

test('dev takes the port from PORT, and --port takes precedence', () => {
  expect(parse('dev', { PORT: '9000' })).toMatchObject({ options: { port: 9000 } });
  expect(parse('dev --port 9001', { PORT: '9000' })).toMatchObject({ options: { port: 9001 } });
  expect(parse('dev', { PORT: '' })).toMatchObject({ options: { port: 8080 } });
});

test('dev keeps its data where --data says', () => {
  expect(parse('dev --data elsewhere')).toMatchObject({ options: { data: 'elsewhere' } });
});

test('no arguments and --help show the help, and dev --help shows the help of dev', () => {
  expect(parse('')).toEqual({ name: 'print', text: HELP });
  expect(parse('--help')).toEqual({ name: 'print', text: HELP });
  expect(parse('dev -h')).toEqual({ name: 'print', text: DEV_HELP });
});

test('--version shows the version of the package', () => {
  expect(parse('--version')).toEqual({ name: 'print', text: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});

describe('a wrong command line is refused with the reason:', () => {
  test.each([
    ['serve', 'there is no command "serve"; see "fanfare --help"'],
    ['--bogus', 'Unknown option \'--bogus\'; see "fanfare --help"'],
    ['dev --bogus', 'Unknown option \'--bogus\'; see "fanfare dev --help"'],
    ['dev extra', 'Unexpected argument \'extra\'; see "fanfare dev --help"'],
    ['dev --port', 'Option \'--port <value>\' argument missing; see "fanfare dev --help"'],
    ['dev --port 99999', '--port: expected a port, 0 to 65535, got "99999"'],
    ['dev --port 80a', '--port: expected a port, 0 to 65535, got "80a"'],
    ['dev --data=', '--data: expected a folder, got nothing'],
  ])('%s', (line, message) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(message);
  });
});
