import { setTimeout as delay } from 'node:timers/promises';
import type { DrillSystem } from '../system/system.ts';
import type { PlannedFault } from './schedule.ts';

/** What a fault did. */
export type FaultResult =
  | { kind: 'done'; what: string; doubts: Doubts }
  /** It lasted as long as it may, but hit nothing. */
  | { kind: 'missed'; what: string }
  | { kind: 'skipped'; reason: string };

/** What may have been sent and is not recorded when a fault strikes, so that it may be sent again. */
export interface Doubts {
  /** kill -9 of processes of ours and of Redis. */
  kills: number;
  /** Senders whose sends in flight are in doubt: one that was killed or paused; both, if it hits their Redis. */
  senders: number;
}

export const NO_DOUBTS: Doubts = { kills: 0, senders: 0 };

/** What a fault works on. */
export interface Scene {
  system: DrillSystem;
  /** Whether traffic has ended, so that there may be nothing to hit. */
  isOver(): boolean;
}

/** Makes a fault happen, and ends it. */
export type Act = (scene: Scene, fault: PlannedFault) => Promise<FaultResult>;

/** A fault that hits nothing lasts so much longer, at most. */
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

/** Waits for so long, and then until something was hit. Resolves with how much was. */
export async function untilHit(ms: number, isOver: () => boolean, count: () => Promise<number>): Promise<number> {
  await delay(ms);
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const hits = await count();
    if (hits > 0 || isOver() || Date.now() > end) return hits;
    await delay(POLL_MS);
  }
}

/** The result of a fault that had to hit something. `hits`: what it hit, such as `3 writes refused`. */
export const hitting = (what: string, count: number, hits: string, doubts: Doubts = NO_DOUBTS): FaultResult =>
  count > 0 ? { kind: 'done', what: `${what}: ${count} ${hits}`, doubts } : { kind: 'missed', what };
