/** Something that the person at the terminal can mend. Its stack is its message, so that `run` prints no more than that. */
export class DevError extends Error {
  override readonly name = 'DevError';

  constructor(message: string) {
    super(message);
    this.stack = message;
  }
}
