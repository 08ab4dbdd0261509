import type { Ended } from '../http2/connection.ts';
import { AnswerReader } from './answer-reader.ts';
import { DEFAULT_WINDOW } from './codes.ts';
import { ReceiveWindow } from './receive-window.ts';

/** One request on its way. */
export class Stream {
  readonly id: number;
  readonly ended: (end: Ended) => void;
  readonly answer = new AnswerReader();
  readonly received = new ReceiveWindow(DEFAULT_WINDOW);
  /** How much of the body the server allows us to send now. May be negative. */
  window: number;
  /** The part of the body that has not been sent; undefined: all of it has. */
  rest: { body: Buffer; from: number } | undefined;

  constructor(id: number, window: number, ended: (end: Ended) => void) {
    this.id = id;
    this.window = window;
    this.ended = ended;
  }
}
