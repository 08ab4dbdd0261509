import { messageOf } from './error-message.ts';

/**
 * What a process has opened, closed in the reverse order: whoever was opened later may lean on what was opened before.
 * (Node 20 has no AsyncDisposableStack.)
 */
export class Closer {
  /** Undefined once everything is closed. */
  #open: { name: string; close: () => unknown }[] | undefined = [];
  #closing: Promise<void> | undefined;

  /**
   * Remembers how to close a thing just opened and returns the thing. `name` says in an error which one failed.
   * While closing, late comers are still closed.
   *
   * @throws Error once everything is closed: nobody would close this one; it stays the caller's.
   */
  add<T>(name: string, thing: T, close: (thing: T) => unknown): T {
    if (!this.#open) throw new Error(`${name} was opened after everything was closed`);
    this.#open.push({ name, close: () => close(thing) });
    return thing;
  }

  /**
   * Runs what opens things, and closes what it has opened when it fails half-way.
   *
   * @throws what `open` threw; a failure to close comes second and is not heard of.
   */
  async closeOnFailure<T>(open: () => Promise<T>): Promise<T> {
    try {
      return await open();
    } catch (error) {
      await this.close().catch(() => undefined);
      throw error;
    }
  }

  /**
   * Closes everything, one after the other, the failing ones notwithstanding. Called again, it returns the same
   * promise.
   *
   * @throws AggregateError when something could not be closed; its errors name the things, each with its cause.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const failures: Error[] = [];
    for (let last = this.#open?.pop(); last; last = this.#open?.pop()) {
      try {
        await last.close();
      } catch (cause) {
        failures.push(new Error(`could not close ${last.name}: ${messageOf(cause)}`, { cause }));
      }
    }
    this.#open = undefined;
    if (failures.length > 0) throw new AggregateError(failures, failures.map(messageOf).join('; '));
  }
}
