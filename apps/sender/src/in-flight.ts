/** The sends of one pack that have not ended. */
export class InFlight {
  count = 0;
  #wake: (() => void) | undefined;
  #failure: { error: unknown } | undefined;

  /** Counts a send until it ends. */
  add(send: Promise<void>): void {
    this.count++;
    send.then(
      () => this.#end(),
      (error: unknown) => {
        this.fail(error);
        this.#end();
      },
    );
  }

  /** Remembers the first error, for `allEnd`. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Resolves when the next one ends. */
  oneEnds(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Resolves when none is left. @throws the first error. */
  async allEnd(): Promise<void> {
    while (this.count > 0) await this.oneEnds();
    if (this.#failure) throw this.#failure.error;
  }

  #end(): void {
    this.count--;
    this.#wake?.();
  }
}
