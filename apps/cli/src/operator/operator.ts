import type { FanfareAdmin, FanfareAppAdmin } from '@fanfare/client';
import type { Env } from '@fanfare/runtime';
import type { Output } from '../output.ts';
import type { Terminal } from '../terminal.ts';

/** A terminal that can be redrawn. */
export interface Screen {
  columns: number;
  write(text: string): unknown;
}

/** Where a command reads: a file that is piped in, or the keyboard. */
export interface Input extends AsyncIterable<string> {
  isTTY: boolean;
}

/** What a command that calls the API works with. */
export interface Operator {
  /** The API. */
  url: string;
  admin: FanfareAdmin;
  /** The app of `--app` or FANFARE_APP; without them the only one. @throws UsageError if there are several, or none. */
  app(): Promise<FanfareAppAdmin>;
  /** The same app's id. */
  appId(): Promise<string>;
  /** Whether results are printed as JSON. */
  isJson: boolean;
  output: Output;
  /** Styles for text; colours only on a terminal. */
  terminal: Terminal;
  /** Present on a terminal, unless results are JSON. */
  screen?: Screen | undefined;
  input: Input;
  env: Env;
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
  /** From now on the command itself ends at Ctrl-C, e.g. with what it has done so far; else it is cut off at once. */
  stopsItself(): void;
  now(): number;
}

/** Runs one command; the exit code. */
export type Operation = (operator: Operator) => Promise<number>;

/** Prints a result: as JSON, or as lines. */
export function report({ isJson, output }: Operator, data: unknown, lines: () => readonly string[]): void {
  if (isJson) output.out(JSON.stringify(data));
  else for (const line of lines()) output.out(line);
}
