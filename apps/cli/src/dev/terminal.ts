import { relative } from 'node:path';
import type { Env } from '@fanfare/runtime';

/** SGR codes, https://en.wikipedia.org/wiki/ANSI_escape_code#SGR */
const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof CODES;

/** Where lines go. */
export interface Output {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** A stream of lines for people; coloured only on a terminal, and never with NO_COLOR set. */
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

  /** The text in this style, where there are styles. */
  paint(style: Style, text: string): string {
    return this.#coloured ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  }

  /** Writes a line about what is being done, less loud than the rest. */
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

/** A path as one would write it here: relative where it lies below the current folder. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

/** Something that the person at the terminal can mend. Its stack is its message, so that `run` prints no more than that. */
export class DevError extends Error {
  override readonly name = 'DevError';

  constructor(message: string) {
    super(message);
    this.stack = message;
  }
}
