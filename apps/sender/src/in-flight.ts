/** The sends of one pack. */
export class InFlight {
  readonly #sends: Promise<void>[] = [];
  #failure: { error: unknown } | undefined;

  /** Adds a send that has begun. */
  add(send: Promise<void>): void {
    this.#sends.push(send.catch((error: unknown) => this.fail(error)));
  }

  /** Remembers the first error, for `allEnd`. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Resolves when all have ended. @throws the first error. */
  async allEnd(): Promise<void> {
    await Promise.all(this.#sends);
    if (this.#failure) throw this.#failure.error;
  }
}
