import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fanfare } from './support/command.ts';
import { asShown, shownIn } from './support/console.ts';
import { type System, startSystem } from './support/system.ts';

const PAGE = new URL('../../../docs/cli.md', import.meta.url);

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

test('every command of docs/cli.md prints what is shown there', async () => {
  const commands = shownIn(await readFile(PAGE, 'utf8'));
  expect(commands.length).toBeGreaterThan(10);
  await system.app.request({ method: 'PUT', path: '/v3/users/dora', body: { name: 'Dora', timezone: 'Asia/Tokyo' } });
  system.hook.configure({ uids: { carol: { status: 400, body: 'no such user here' } } });
  for (const { words, stdin, lines } of commands) {
    const { out, error } = await fanfare(words, { env: system.env, ...(stdin === undefined ? {} : { stdin }) });
    const printed = [error, out]
      .filter((text) => text !== '')
      .join('\n')
      .split('\n');
    expect([words.join(' '), ...asShown(printed, lines)]).toEqual([words.join(' '), ...lines]);
  }
}, 60_000);
