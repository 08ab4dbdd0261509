import { DecoratorHandler, type Dispatcher } from 'undici';
import { WithheldError } from '../wire/withheld.ts';

/** A request that checks again, once its connection is ready, whether it may still be sent. */
export type WithholdableRequest = Dispatcher.RequestOptions & { mayLeave?: (() => boolean) | undefined };

/**
 * Calls a request's `mayLeave` right before undici writes it, after the wait for a connection. A request that may not
 * be sent fails with a WithheldError, and its connection stays for the next.
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
