import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { subcommand } from '../subcommand.ts';
import { UsageError } from '../usage-error.ts';

/** Adds `fanfare size`. */
export function addSize(program: Command, { size }: Actions): void {
  subcommand(program, 'size', 'How many processes and how much Redis a load needs')
    .requiredOption('--messages <n>', 'Messages a second, in the busiest hour')
    .option('--members <n>', 'Recipients of a message; 1: between two users', '1')
    .option('--users <n>', 'Users', '100000')
    .option('--devices <n>', 'Devices of a user', '1')
    .option('--latency <ms>', 'What a push service or webhook takes to answer', '100')
    .option('--retention <hours>', 'How long history is kept', '24')
    .option('--day <share>', 'The average of a day, as a share of the busiest hour', '0.4')
    .action((flags: Record<SizeFlag, string>) =>
      size({
        messagesPerSecond: positive('--messages', flags.messages),
        recipients: positive('--members', flags.members),
        users: positive('--users', flags.users),
        devicesPerUser: positive('--devices', flags.devices),
        latencyMs: positive('--latency', flags.latency),
        retentionHours: positive('--retention', flags.retention),
        dayShare: positive('--day', flags.day),
      }),
    )
    .addHelpText(
      'after',
      `
A model of what the bench measured; docs/sizing.md says how close it is.

Example:
  fanfare size --messages 300 --members 50 --users 1000000`,
    );
}

type SizeFlag = 'messages' | 'members' | 'users' | 'devices' | 'latency' | 'retention' | 'day';

function positive(name: string, text: string): number {
  const number = /^\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (number > 0) return number;
  throw new UsageError(`${name}: expected a number above 0, got "${text}"`);
}
