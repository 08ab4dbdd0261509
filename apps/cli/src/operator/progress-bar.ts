import type { Screen } from './operator.ts';

const WIDTH = 24;
/** ECMA-48: erase to the end of the line. */
const ERASE = '\u001b[K';

/** A bar on one line of the terminal, redrawn in place. */
export class ProgressBar {
  readonly #screen: Screen;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Without a total, only the words. */
  draw(done: number, total: number | undefined, words: string): void {
    const text = total === undefined ? words : `${bar(done, total)} ${words}`;
    this.#screen.write(`\r${text.slice(0, this.#screen.columns - 1)}${ERASE}`);
  }

  /** Removes the bar. */
  clear(): void {
    this.#screen.write(`\r${ERASE}`);
  }
}

function bar(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(done / total, 1);
  const full = Math.round(share * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}
