/**
 * Something that the person at the terminal can mend. It has no stack, so that `run` prints the message alone.
 */
export class DevError extends Error {
  override readonly name = 'DevError';

  constructor(message: string) {
    super(message);
    delete this.stack;
  }
}
