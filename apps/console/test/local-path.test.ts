import { expect, test } from '@jest/globals';
import { localPath } from '../src/server/login/local-path.ts';

test.each(['/', '/queues', '/queues/queue/events-call?status=waiting&page=2'])('%s is ours', (path) => {
  expect(localPath(path)).toBe(path);
});

test.each([
  undefined,
  ['/queues'],
  '',
  'queues',
  'https://evil.example/',
  'javascript:alert(1)',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/.//evil.example',
  '/login?next=/login',
])('%p leads home', (next) => {
  expect(localPath(next)).toBe('/');
});
