import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { subcommand } from '../subcommand.ts';
import { UsageError } from '../usage-error.ts';

/** Adds `fanfare init`. */
export function addInit(program: Command, { init }: Actions): void {
  subcommand(program, 'init', 'Write .env with new secrets, for docker compose')
    .option('--file <file>', 'The file to write; one that exists is never overwritten', '.env')
    .option('--print', 'Print the secrets instead')
    .option('--json', 'Print JSON: the name of the file, or with --print the secrets')
    .action(({ file, print, json = false }: { file: string; print?: true; json?: boolean }) => {
      if (file === '') throw new UsageError('--file: expected a file, got nothing');
      return init({ file: print ? undefined : file, json });
    })
    .addHelpText(
      'after',
      `
The secrets are the operator's key, the master key, the key of fanout derived from it,
and the passwords of the console and of Redis.`,
    );
}
