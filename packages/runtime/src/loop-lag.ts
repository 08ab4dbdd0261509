import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the delay is sampled, ms; what it adds to a delay of nothing. */
const RESOLUTION_MS = 10;

/** A measurement begins anew after this, ms: at a reading, and there may be several readers. */
const WINDOW_MS = 30_000;

/** Measures the event loop of this thread. Each call returns the 99th percentile of its delay lately, in seconds. */
export function watchLoop(): () => number {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let since = performance.now();
  return () => {
    const nanoseconds = delay.percentile(99);
    if (performance.now() - since > WINDOW_MS) {
      delay.reset();
      since = performance.now();
    }
    return Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000) : 0;
  };
}
