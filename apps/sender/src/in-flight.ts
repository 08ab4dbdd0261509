/** The sends of one pack. */
export class InFlight {
  #left = 0;
  #failure: { error: unknown } | undefined;
  #resolve: (() => void) | undefined;

  /** A send has begun; call `ended` once. */
  begun(): void {
    this.#left++;
  }

  /** One has ended. */
  ended(): void {
    this.#left--;
    if (this.#left === 0) this.#resolve?.();
  }

  /** Remembers the first error, for `allEnd`. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Resolves when all that have begun have ended; none begins after it was called. @throws the first error. */
  async allEnd(): Promise<void> {
    if (this.#left > 0) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    if (this.#failure) throw this.#failure.error;
  }
}
