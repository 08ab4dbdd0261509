import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { subcommand } from '../subcommand.ts';

/** Adds `fanfare simulate`, `bench` and `drill`, which pass on their arguments. */
export function addWorkspace(program: Command, { workspace }: Actions): void {
  subcommand(program, 'simulate', 'Run the simulator of FCM, APNs and webhooks alone')
    .action(() => workspace('simulate', []))
    .addHelpText(
      'after',
      `
Its variables (PORT, TLS_PORT, SIMULATOR_…) are in docs/configuration.md, its control API
in docs/tour.md.

Example:
  PORT=8091 fanfare simulate`,
    );
  passingOn(program, 'bench', 'Measure cost and latency beside a plain design (only in a checkout)')
    .action((args: string[]) => workspace('bench', args))
    .addHelpText('after', `\nExamples:\n  fanfare bench P1 --quick\n  fanfare bench -- --help`);
  passingOn(program, 'drill', 'Run the system under faults, and count what was lost (only in a checkout)')
    .action((args: string[]) => workspace('drill', args))
    .addHelpText('after', `\nExamples:\n  fanfare drill --seconds 60\n  fanfare drill -- --help`);
}

const passingOn = (program: Command, name: string, description: string): Command =>
  subcommand(program, `${name} [args...]`, description).allowUnknownOption().passThroughOptions();
