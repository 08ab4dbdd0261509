/** The result of a promise, or undefined once the signal aborts. What comes of the promise after that is ignored. */
export async function orStopped<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  let stop = () => {};
  const stopped = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([promise, stopped]).finally(() => signal.removeEventListener('abort', stop));
}
