import type { WriteStream } from 'node:tty';

/** Prints lines with the time since the start, and on a terminal a last line that changes. */
export class Screen {
  readonly #out: NodeJS.WriteStream | WriteStream;
  #status = '';

  constructor(out: NodeJS.WriteStream | WriteStream) {
    this.#out = out;
  }

  line(text: string): void {
    this.#clear();
    this.#out.write(`${since()}  ${text}\n`);
    this.#show();
  }

  /** Replaces the last line; nothing where there is no terminal. */
  status(text: string): void {
    this.#clear();
    this.#status = text;
    this.#show();
  }

  /** Prints the result, as the last line. */
  end(text: string): void {
    this.#clear();
    this.#out.write(`${text}\n`);
  }

  #show(): void {
    if (this.#out.isTTY && this.#status !== '')
      this.#out.write(`${since()}  ${this.#status}`.slice(0, this.#out.columns - 1));
  }

  #clear(): void {
    if (this.#out.isTTY && this.#status !== '') this.#out.write('\r\x1b[K');
  }
}

const since = (): string => `${(performance.now() / 1000).toFixed(1).padStart(6)} s`;
