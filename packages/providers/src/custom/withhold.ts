import { DecoratorHandler, type Dispatcher } from 'undici';
import { WithheldError } from '../wire/withheld.ts';

/** A request that asks once more, when its connection is there, whether it may still be made. */
export type WithholdableRequest = Dispatcher.RequestOptions & { mayLeave?: (() => boolean) | undefined };

/**
 * Asks `mayLeave` of a request right before undici writes it, after the wait for a connection; a request that may not
 * leave fails with a WithheldError, and its connection stays for the next.
 */
export const withhold: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { mayLeave } = options as WithholdableRequest;
  return dispatch(options, mayLeave === undefined ? handler : new Withholding(handler, mayLeave));
};

class Withholding extends DecoratorHandler {
  readonly #mayLeave: () => boolean;
  readonly #handler: Dispatcher.DispatchHandler;

  constructor(handler: Dispatcher.DispatchHandler, mayLeave: () => boolean) {
    super(handler);
    this.#handler = handler;
    this.#mayLeave = mayLeave;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    if (!this.#mayLeave()) throw new WithheldError();
    this.#handler.onRequestStart?.(controller, context);
  }
}
