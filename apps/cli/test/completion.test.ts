import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import type { Actions } from '../src/actions.ts';
import { completionScript } from '../src/completion/completion.ts';
import { createProgram } from '../src/program.ts';

const program = createProgram({} as Actions, {});

/** What bash offers for these words; the last is being typed. */
function offered(...words: string[]): string[] {
  const script = `${completionScript('bash', program)}
    COMP_WORDS=(fanfare ${words.map((word) => `'${word}'`).join(' ')})
    COMP_CWORD=${words.length}
    _fanfare
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
}

test('bash completes commands, subcommands, options and fixed arguments', () => {
  expect(offered('st')).toEqual(['status']);
  expect(offered('dead-letters', 're')).toEqual(['replay']);
  expect(offered('events', '--f')).toEqual(['--follow', '--from']);
  expect(offered('dead-letters', 'replay', '--rea')).toEqual(['--reason']);
  expect(offered('providers', 'create', 'ap')).toEqual(['apns']);
});

test('zsh and fish are given every command with its description', () => {
  const [zsh, fish] = [completionScript('zsh', program), completionScript('fish', program)];
  for (const command of program.commands) {
    const description = command.description().replaceAll("'", '’');
    expect(zsh).toContain(`'${command.name()}:${description}'`);
    expect(fish).toContain(`-a '${command.name()}' -d '${description}'`);
  }
});
