import { relative } from 'node:path';
import type { Env } from '@fanfare/runtime';

/** SGR codes, https://en.wikipedia.org/wiki/ANSI_escape_code#SGR */
const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof CODES;

/** The destination of lines. */
export interface Output {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** Lines for people to read, in colour only on a terminal and without NO_COLOR. */
export class Terminal {
  readonly #out: Output;
  readonly #coloured: boolean;

  constructor(out: Output, env: Env) {
    this.#out = out;
    this.#coloured = out.isTTY === true && !env.NO_COLOR;
  }

  /** Writes a line. */
  line(text = ''): void {
    this.#out.write(`${text}\n`);
  }

  /** The text in this style, if colours are on. */
  paint(style: Style, text: string): string {
    return this.#coloured ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  }

  /** Writes a dimmed line about progress. */
  progress(text: string): void {
    this.line(this.paint('dim', text));
  }
}

/** The local time of day, as `14:05:09.042`. */
export function clockTime(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** The path, relative if it is below the current folder. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

/** An error that the user can fix. Its stack is its message, so that `run` prints only that. */
export class DevError extends Error {
  override readonly name = 'DevError';

  constructor(message: string) {
    super(message);
    this.stack = message;
  }
}
