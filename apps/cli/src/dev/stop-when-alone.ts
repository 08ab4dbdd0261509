import type { Env } from '@fanfare/runtime';

/** How often to check whether npm is alive. */
const LOOK_EVERY_MS = 1000;

/**
 * Sends this process SIGTERM, once, when no one can press Ctrl-C: the terminal was closed, the reader of our output has
 * exited, or the npm that started us was killed.
 */
export function stopWhenAlone(env: Env): void {
  let told = false;
  const stop = () => {
    if (!told) process.kill(process.pid, 'SIGTERM');
    told = true;
  };
  process.on('SIGHUP', stop);
  // Without a listener, EPIPE and EIO would end the process at once.
  process.stdout.on('error', stop);
  process.stderr.on('error', stop);
  if (env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, LOOK_EVERY_MS).unref();
}
