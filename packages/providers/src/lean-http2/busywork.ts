import { excessError } from './violation.ts';

/** Far more than an honest server sends between two answers: pings, settings, window updates, empty frames. */
const MAX_FRAMES = 10_000;

/** Counts frames that cost work and bring nothing, so that a flood of them ends the connection. */
export class Busywork {
  #frames = 0;

  /** Throws a `Violation` when there were too many since the last answer. */
  count(): void {
    this.#frames += 1;
    if (this.#frames > MAX_FRAMES) throw excessError('too many frames that bring nothing');
  }

  /** An answer is complete. */
  progress(): void {
    this.#frames = 0;
  }
}
