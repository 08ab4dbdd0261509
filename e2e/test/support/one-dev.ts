import { createServer } from 'node:net';
import { until } from '@fanfare/testkit';

/** Held by the test file that runs `fanfare dev`; released by the system if that process dies. */
const LOCK_PORT = 8079;

/**
 * Waits until no other test file runs `fanfare dev`: two that start at the same moment may choose the same free ports.
 * @returns what lets the next one run.
 */
export async function onlyDev(): Promise<() => Promise<void>> {
  const server = createServer();
  const locked = () =>
    new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(LOCK_PORT, '127.0.0.1', () => resolve(true));
    });
  await until(locked, 'no other test runs fanfare dev', { timeoutMs: 170_000, everyMs: 200 });
  return () => new Promise((resolve) => server.close(() => resolve()));
}
