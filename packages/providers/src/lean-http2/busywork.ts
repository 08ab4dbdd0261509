import { excessError } from './violation.ts';

/** Far more than an honest server sends without an answer: pings, settings, window updates, empty frames. */
const MAX_FRAMES = 10_000;
/** Far more than it sends for one. */
const FRAMES_PER_ANSWER = 100;

/**
 * Counts frames that cost work and bring nothing, so that a flood of them ends the connection. It also limits what we
 * have to write in reply, to a server that does not read.
 */
export class Busywork {
  #frames = 0;

  /** Throws a `Violation` when there were too many. */
  count(): void {
    this.#frames += 1;
    if (this.#frames > MAX_FRAMES) throw excessError('too many frames that bring nothing');
  }

  /** An answer is complete. */
  progress(): void {
    this.#frames = Math.max(0, this.#frames - FRAMES_PER_ANSWER);
  }
}
