import { execFileSync } from 'node:child_process';
import { parseEvent } from '@fanfare/core';
import { expect, test } from '@jest/globals';
import { curlCommand } from '../src/dev/banner.ts';

/** What the command posts in this shell, with a `curl` that prints its last argument. */
function posted(shell: string): { id: string } {
  const curl = 'curl() { for last; do :; done; printf %s "$last"; }';
  const script = `${curl}\n${curlCommand('http://127.0.0.1:8080', 'fk_key')}`;
  return JSON.parse(execFileSync(shell, ['-c', script], { encoding: 'utf8' })) as { id: string };
}

test.each(['bash', 'sh'])('pasted into %s it posts a valid event', (shell) => {
  expect(parseEvent(posted(shell))).toMatchObject({
    ok: true,
    event: { type: 'message.sent', sender: { uid: 'alice' }, conversation: { type: 'user', id: 'bob' } },
  });
});

test('pasted again, it posts an event with another id', () => {
  const ids = Array.from({ length: 5 }, () => posted('bash').id);
  expect(new Set(ids).size).toBe(5);
});

test('it is one line', () => {
  expect(curlCommand('http://127.0.0.1:8080', 'fk_key')).not.toContain('\n');
});
