import { FanfareClientError } from './errors.ts';

/** How failed requests are retried. */
export interface RetryOptions {
  /** Retries after the first try. */
  retries: number;
  /** In [0, 1). */
  random: () => number;
  sleep: (ms: number) => Promise<void>;
}

const BASE_MS = 250;
const CAP_MS = 10_000;
/** If the server asks for a longer wait, the call fails and the caller decides. */
const MAX_RETRY_AFTER_S = 60;

/**
 * Repeats a request until it succeeds, fails for good, or has failed `retries` more times. @throws its last error.
 */
export async function withRetries<T>(attempt: () => Promise<T>, { retries, random, sleep }: RetryOptions): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (failures > retries || !mayWorkLater(error)) throw error;
      await sleep(waitMs(error, failures, random()));
    }
  }
}

/** Whether the same request may succeed later. */
export function mayWorkLater(error: unknown): error is FanfareClientError {
  if (!(error instanceof FanfareClientError) || (error.retryAfterS ?? 0) > MAX_RETRY_AFTER_S) return false;
  const { code, status } = error;
  return code === 'ERR_NETWORK' || code === 'ERR_TIMEOUT' || status === 429 || (status !== undefined && status >= 500);
}

/**
 * Full jitter, so that many clients do not retry in one wave
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), added to the wait the server asks for.
 */
export function waitMs({ retryAfterS = 0 }: FanfareClientError, failures: number, random: number): number {
  return retryAfterS * 1000 + Math.round(random * Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1)));
}
