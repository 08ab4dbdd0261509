import { badRequest } from '@fanfare/core';
import { Receiver, type ReceiverOptions } from './receiver.ts';

/** The receiver behind a bare /webhook. */
export const DEFAULT_ENDPOINT = 'default';

/** Each endpoint keeps its own records, so their number is bounded too. */
const MAX_ENDPOINTS = 256;
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** The receivers, by name. Every valid name has one, created on first use. */
export class Endpoints {
  readonly #options: ReceiverOptions;
  readonly #receivers = new Map<string, Receiver>();

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  /**
   * @throws FanfareError ERR_BAD_REQUEST if the name is invalid, or there are too many.
   */
  get(name: string): Receiver {
    const existing = this.#receivers.get(name);
    if (existing) return existing;
    if (!NAME.test(name)) {
      throw badRequest([
        { field: 'endpoint', problem: 'must be 1 to 64 characters of A-Z, a-z, 0-9, "_", "." and "-"' },
      ]);
    }
    if (this.#receivers.size === MAX_ENDPOINTS) {
      throw badRequest([{ field: 'endpoint', problem: `the limit of ${MAX_ENDPOINTS} is reached` }]);
    }
    const receiver = new Receiver(name, this.#options);
    this.#receivers.set(name, receiver);
    return receiver;
  }

  /** The receivers used so far. */
  all(): Receiver[] {
    return [...this.#receivers.values()];
  }
}
