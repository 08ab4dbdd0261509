import type { Command } from 'commander';
import { DEFAULT_URL } from '../subcommand.ts';

/** How a command reaches the API, and how it prints. */
export interface OperatorFlags {
  url?: string;
  app?: string;
  json?: true;
}

/** The part of a command's help about the environment. */
const OPERATOR_ENV = `
Environment:
  FANFARE_ADMIN_KEY       The operator's key
  FANFARE_ADMIN_KEY_FILE  A file that contains it
  FANFARE_URL             The API
  FANFARE_APP             The app`;

/** Adds the options of every command that calls the API. */
export const withOperator = (command: Command): Command =>
  command.option('--url <url>', `The API (default: FANFARE_URL, else ${DEFAULT_URL})`).option('--json', 'Print JSON');

/** Adds the options of every command about one app. */
export const withApp = (command: Command): Command =>
  withOperator(command).option('--app <appId>', 'The app (default: FANFARE_APP, else the only one)');

/** The part of a command's help that shows how it is used. */
export const examples = (...lines: string[]): string =>
  `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}`).join('\n')}\n${OPERATOR_ENV}`;
