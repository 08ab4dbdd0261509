import type { Doubts } from './faults/result.ts';

/** The outcome of a drill. */
export interface Verdict {
  /** Deliveries that never arrived, although they were acknowledged and their deadline had time. */
  lost: number;
  duplicated: number;
  /** The most that may be duplicated. */
  bound: number;
  stale: number;
  /** kill -9 of processes of ours and of Redis. */
  kills: number;
  /** The longest time from the end of a fault until all that was acknowledged during it had arrived. */
  recoveredS: number | undefined;
}

/** The last line. */
export function verdictLine({ lost, duplicated, stale, kills, recoveredS }: Verdict): string {
  const recovered = recoveredS?.toFixed(1) ?? 'never';
  return `lost=${lost} duplicated=${duplicated} stale=${stale} kills=${kills} recovered_s=${recovered}`;
}

/**
 * The most that may be duplicated: what each sender in doubt had in flight, and no more than all senders have in flight
 * for each kill. Without kills, a sender in doubt is one that was paused, or cut off from Redis.
 */
export function mostDuplicated({ kills, senders }: Doubts, inFlight: { ofSender: number; ofAll: number }): number {
  const inDoubt = inFlight.ofSender * senders;
  return kills === 0 ? inDoubt : Math.min(inDoubt, inFlight.ofAll * kills);
}

/** Whether the system passed the drill. */
export const isGood = ({ lost, stale, duplicated, bound }: Verdict): boolean =>
  lost === 0 && stale === 0 && duplicated <= bound;
