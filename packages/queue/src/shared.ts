import type { ActiveApps } from './active-apps.ts';
import type { LockRenewal } from './lock-renewal.ts';
import type { MarkerPoll } from './marker-poll.ts';

/** What the workers of a process share. */
export interface SharedByWorkers {
  /** Renews the locks of the jobs in hand; outlives the workers. */
  renewal: LockRenewal;
  /** Waits for jobs in their place, where they would take too many connections. */
  poll: MarkerPoll | undefined;
  /** Whose jobs this thread handles, of all its queues. */
  apps: ActiveApps;
}
