import type { Command } from 'commander';

/** The event to send or to explain: a file, or a message or call in options. */
export interface EventFlags {
  from?: string;
  to?: string;
  group?: string;
  text?: string;
  call?: string;
  id?: string;
}

/** Adds the options that make an event. */
export const withEvent = (command: Command): Command =>
  command
    .option('--from <uid>', 'The sender of a message or call')
    .option('--to <uid>', 'Its receiver')
    .option('--group <guid>', 'Or the group it goes to')
    .option('--text <text>', 'The text of the message')
    .option('--call <type>', 'A call instead: audio or video')
    .option('--id <id>', 'The id of the event (default: a new one)');
