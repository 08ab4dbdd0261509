import type { Redis } from 'ioredis';
import { LockRenewal } from './lock-renewal.ts';
import type { Work } from './work.ts';

/**
 * Starts workers whose locks are renewed together. Closing them closes all at once, so that it takes no longer than the
 * slowest, and then the renewal, which serves them to their end. `onNotRenewed` is called with every failed renewal.
 */
export function workTogether(
  redis: Redis,
  onNotRenewed: (error: Error) => void,
  start: (renewal: LockRenewal) => readonly Work[],
): Work {
  const renewal = new LockRenewal(redis, onNotRenewed);
  const workers = start(renewal);
  return {
    async close(graceMs) {
      try {
        await Promise.all(workers.map((worker) => worker.close(graceMs)));
      } finally {
        await renewal.close();
      }
    },
  };
}
