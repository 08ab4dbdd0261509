import type { Env } from '@fanfare/runtime';

/** How soon the death of npm is noticed. */
const LOOK_EVERY_MS = 1000;

/**
 * Sends this process SIGTERM, once, when nobody is left who could press Ctrl-C: the terminal is closed, whoever reads
 * our output has gone, or the npm that started us was killed.
 */
export function stopWhenAlone(env: Env): void {
  let told = false;
  const stop = () => {
    if (!told) process.kill(process.pid, 'SIGTERM');
    told = true;
  };
  process.on('SIGHUP', stop);
  // Without a listener, EPIPE and EIO would end the process on the spot.
  process.stdout.on('error', stop);
  process.stderr.on('error', stop);
  if (env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, LOOK_EVERY_MS).unref();
}
