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
