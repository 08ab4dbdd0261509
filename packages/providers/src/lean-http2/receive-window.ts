/**
 * How much the server may still send, on one stream or on the connection. What arrived is read at once, so the window
 * never gets smaller than half its size, which is more than a frame: the server cannot exceed it.
 */
export class ReceiveWindow {
  readonly #size: number;
  #left: number;

  constructor(size: number) {
    this.#size = size;
    this.#left = size;
  }

  /** Counts a frame's payload. Returns by how much to enlarge the window again; 0 as long as half of it is left. */
  take(bytes: number): number {
    this.#left -= bytes;
    if (this.#left > this.#size / 2) return 0;
    const increment = this.#size - this.#left;
    this.#left = this.#size;
    return increment;
  }
}
