import { spawnSync } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { joinLines } from '../src/joined-lines.ts';

test('the lines of a turn are written together, in order, and those of the next turn on their own', async () => {
  const writes: string[] = [];
  const joined = joinLines({ write: (text) => void writes.push(text) });
  joined.write('a\n');
  joined.write('b\n');
  expect(writes).toEqual([]);
  await setImmediate();
  joined.write('c\n');
  await setImmediate();
  expect(writes).toEqual(['a\nb\n', 'c\n']);
});

test.each([
  ['exits', 'process.exit(3)'],
  ['fails', 'throw new Error("a bug")'],
])('a process that %s at once has written its lines', (_, end) => {
  const runtime = new URL('../dist/index.js', import.meta.url).href;
  const program = `import { createLogger } from '${runtime}';
    const log = createLogger({ name: 'test', level: 'info' });
    log.info('first'); log.error('last'); ${end};`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  const messages = stdout.trim().split('\n');
  expect(messages.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['first', 'last']);
});
