import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** How long to wait before giving up. Default: 15 seconds, for a busy machine. */
  timeoutMs?: number;
  /** How long to pause between two looks. Default: 10 ms. */
  everyMs?: number;
}

/**
 * Waits for a condition, never for a time: looks at once and then again and again, until the condition gives something
 * truthy, and returns that. A condition that throws has not come true yet.
 * @throws Error that says `what` was waited for, when it has not come true in time; the condition's last error is its cause.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  what: string,
  { timeoutMs = 15_000, everyMs = 10 }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let seen: string;
    let cause: unknown;
    try {
      const value = await condition();
      if (value) return value;
      seen = `it gave: ${String(value)}`;
    } catch (error) {
      seen = `it failed with: ${error}`;
      cause = error;
    }
    if (Date.now() >= deadline)
      throw new Error(`Waited ${timeoutMs} ms in vain until ${what}. Last, ${seen}`, { cause });
    await delay(everyMs);
  }
}
