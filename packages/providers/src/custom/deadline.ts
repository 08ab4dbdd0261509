/** The time for one attempt has run out. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(timeoutMs: number) {
    super(`There was no complete answer within ${timeoutMs} ms.`);
  }
}

/**
 * Runs `work` for at most `timeoutMs` and then rejects with a DeadlineError, whether or not `work` heeds its signal:
 * undici notices an abort only once a request is on its way, not during the lookup of its name. So this is a race, and
 * the signal only releases what the loser holds. Node keeps timers of equal length in one list, which makes a timer per
 * attempt as cheap as a shared one.
 */
export async function withDeadline<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new DeadlineError(timeoutMs);
      reject(error);
      abort.abort(error);
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(abort.signal), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
