import { messageOf } from './error-message.ts';

/**
 * Closes what a process has opened, in reverse order, because later resources may depend on earlier ones. (Node 20 has
 * no AsyncDisposableStack.)
 */
export class Closer {
  /** Undefined once everything is closed. */
  #open: { name: string; close: () => unknown }[] | undefined = [];
  #closing: Promise<void> | undefined;

  /**
   * Registers how to close a resource just opened, and returns the resource. `name` identifies it in errors. Resources
   * added while closing are still closed.
   *
   * @throws Error once everything is closed; the caller must close the resource then.
   */
  add<T>(name: string, thing: T, close: (thing: T) => unknown): T {
    if (!this.#open) throw new Error(`${name} was opened after everything was closed`);
    this.#open.push({ name, close: () => close(thing) });
    return thing;
  }

  /**
   * Runs `open`, and closes what it has opened if it fails half-way.
   *
   * @throws the error of `open`; a failure to close is dropped.
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
   * Closes everything in sequence, even if some fail. Later calls return the same promise.
   *
   * @throws AggregateError if something could not be closed; its errors name the resources, each with its cause.
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
