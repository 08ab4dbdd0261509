import type { Cancellable, Ended, Exchange } from '../http2/connection.ts';
import { AnswerReader } from './answer-reader.ts';
import { DEFAULT_WINDOW } from './codes.ts';
import { ReceiveWindow } from './receive-window.ts';

/** One request on its way. */
export class Stream implements Cancellable {
  readonly id: number;
  readonly #exchange: Exchange;
  readonly #cancel: (stream: Stream) => void;
  readonly answer = new AnswerReader();
  readonly received = new ReceiveWindow(DEFAULT_WINDOW);
  /** How much of the body the server allows us to send now. May be negative. */
  window: number;
  /** The part of the body that has not been sent; undefined: all of it has. */
  rest: { body: Buffer; from: number } | undefined;

  constructor(id: number, window: number, exchange: Exchange, cancel: (stream: Stream) => void) {
    this.id = id;
    this.window = window;
    this.#exchange = exchange;
    this.#cancel = cancel;
  }

  ended(end: Ended): void {
    this.#exchange.ended(end);
  }

  cancel(): void {
    this.#cancel(this);
  }
}
