import { Argument, type Command } from 'commander';
import type { Actions } from '../actions.ts';
import { subcommand } from '../subcommand.ts';
import { SHELLS, type Shell } from './shells.ts';

/** Adds `fanfare completion`. */
export function addCompletion(program: Command, { completion }: Actions): void {
  subcommand(program, 'completion', 'Print the completion of commands and options for a shell')
    .addArgument(new Argument('<shell>', 'Which shell').choices(SHELLS))
    .action((shell: Shell) => completion(shell, program))
    .addHelpText(
      'after',
      `
Examples:
  source <(fanfare completion bash)                  # in ~/.bashrc
  source <(fanfare completion zsh)                   # in ~/.zshrc, after compinit
  fanfare completion fish > ~/.config/fish/completions/fanfare.fish`,
    );
}
