import { setTimeout as delay } from 'node:timers/promises';

const REPORT_MS = 10_000;

/** The result of `work`; while it runs, a line of progress every ten seconds, so that it can be left alone. */
export async function withProgress<T>(
  say: (line: string) => void,
  line: () => Promise<string>,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(() => void line().then(say, () => undefined), REPORT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Resolves when a count has reached `all`, or has not grown for so long. */
export async function untilStill(count: () => Promise<number> | number, all: number, patienceMs: number) {
  let last = await count();
  let grewAt = performance.now();
  while (last < all && performance.now() - grewAt < patienceMs) {
    await delay(50);
    const now = await count();
    if (now > last) grewAt = performance.now();
    last = now;
  }
}
