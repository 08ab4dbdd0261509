import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** The timeout. Default: 15 seconds, for a busy machine. Four times that where each test runs a cluster. */
  timeoutMs?: number;
  /** The pause between two checks. Default: 10 ms. */
  everyMs?: number;
}

const PATIENCE = process.env.TEST_REDIS === 'cluster' ? 4 : 1;

/**
 * Waits for a condition, never for a fixed time: checks it at once and then repeatedly, until it returns something
 * truthy, and returns that. A condition that throws is not met yet.
 *
 * @throws Error that names `what` if the condition is not met in time; its cause is the condition's last error.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  what: string,
  { timeoutMs = 15_000, everyMs = 10 }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const patienceMs = timeoutMs * PATIENCE;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    let seen: string;
    let cause: unknown;
    try {
      const value = await condition();
      if (value) return value;
      seen = `it returned: ${String(value)}`;
    } catch (error) {
      seen = `it threw: ${error}`;
      cause = error;
    }
    if (Date.now() >= deadline)
      throw new Error(`Timed out after ${patienceMs} ms, waiting until ${what}. Last, ${seen}`, { cause });
    await delay(everyMs);
  }
}
