import { expect, test } from '@jest/globals';
import { installCommand, RedisNotFoundError } from '../src/not-found.ts';
import { type OperatingSystem, parseOsRelease } from '../src/operating-system.ts';

const on = (platform: NodeJS.Platform, families: string[] = []): OperatingSystem => ({
  platform,
  families,
  slug: 'any',
  name: 'Any OS',
});

test.each([
  ['macOS', on('darwin'), 'brew install valkey'],
  ['Debian', on('linux', ['debian']), 'sudo apt-get install redis-server'],
  ['Ubuntu', on('linux', ['ubuntu', 'debian']), 'sudo apt-get install redis-server'],
  ['Fedora', on('linux', ['fedora']), 'sudo dnf install valkey'],
  ['Rocky Linux', on('linux', ['rocky', 'rhel', 'centos', 'fedora']), 'sudo dnf install valkey'],
  ['Alpine', on('linux', ['alpine']), 'sudo apk add valkey'],
  ['an unknown Linux', on('linux'), expect.stringContaining('docker run')],
  ['Windows', on('win32'), expect.stringContaining('WSL 2')],
])('on %s there is one command to install a server', (_, system, command) => {
  expect(installCommand(system)).toEqual(command);
});

test('the error says what was searched for, why fetching failed, the one command, and the alternative', () => {
  const cause = new Error('apt-get failed: E: no network');
  const error = new RedisNotFoundError(on('linux', ['debian']), { cause });
  expect(error.cause).toBe(cause);
  expect(error.message).toMatch(/redis-server nor valkey-server/);
  expect(error.message).toMatch(/E: no network/);
  expect(error.message).toMatch(/Any OS:\n {4}sudo apt-get install redis-server\n/);
  expect(error.message).toMatch(/REDIS_URL/);
});

test('an os-release file names the distribution and those it derives from', () => {
  const text = 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nVERSION_ID="24.04"\nID_LIKE=debian\n# a comment\n';
  expect(parseOsRelease(text, 'x64')).toEqual({
    platform: 'linux',
    families: ['ubuntu', 'debian'],
    slug: 'ubuntu-24.04-x64',
    name: 'Ubuntu 24.04.1 LTS',
  });
});

test('a Linux without os-release is named Linux', () => {
  expect(parseOsRelease('', 'arm64')).toEqual({ platform: 'linux', families: [], slug: 'linux-arm64', name: 'Linux' });
});
