import { type AcceptedEvent, type EventRef, LANES, type Lane, type PlannedDelivery, packId } from '@fanfare/core';
import {
  adoptOpenEvents,
  claimDueEvents,
  type OpenJob,
  type OpenSlice,
  openSlices,
  readExpansion,
  readReplayDeadlines,
  stuckSinceLastLook,
  sweepOnAt,
  sweptToEnd,
  sweptUntil,
} from '@fanfare/ledger';
import type { QueueKind } from '@fanfare/queue';
import type { FanoutDeps } from './deps.ts';
import { byProvider, expire } from './enqueue.ts';
import { sweepAdmission } from './sweep-admission.ts';
import { sweepBuckets } from './sweep-buckets.ts';
import { sweepContent } from './sweep-content.ts';
import { sweepFinished } from './sweep-finished.ts';
import { sweepHeld } from './sweep-held.ts';
import { sweepMemory } from './sweep-memory.ts';

/** How long after its deadline a delivery is still left to its sender. */
const LATE_MS = 60_000;

/** How long a run looks at events, so that the next one finds lost jobs in time. */
const LONGEST_RUN_MS = 1000;

/** Slices of an event that are checked before others have their turn: a large one has thousands. */
const SLICES_PER_TURN = 20;

/** Events of an older version that are taken over per run. */
const ADOPTED = 1000;

/** When the sweeper does its work. */
export interface SweepTimes {
  /** How often it runs. */
  everyMs: number;
  /** How long it waits before checking an open event again. */
  againMs: number;
  /** How long a finished event stays, however short memory is: an archive reads it, and its sender looks at it. */
  trimAfterMs: number;
}

export const SWEEP_TIMES: SweepTimes = { everyMs: 2000, againMs: 15_000, trimAfterMs: 30_000 };

/**
 * One run of the sweeper. What frees memory runs in any case: a full server refuses the writes before it.
 * @throws the first failure, after all steps.
 */
export async function sweep(deps: FanoutDeps, times: SweepTimes): Promise<void> {
  const shards = Array.from({ length: deps.shards }, (_, shard) => shard);
  const failures: unknown[] = [];
  const step = (work: Promise<void>) => work.catch((error: unknown) => void failures.push(error));
  await step(sweepOpen(deps, times));
  for (const shard of shards) await step(sweepFinished(deps, shard));
  await step(sweepBuckets(deps));
  await step(sweepMemory(deps, times));
  for (const shard of shards) await step(sweepContent(deps, shard));
  if (failures.length > 0) throw failures[0];
}

/**
 * Checks open events that are due and restores missing jobs: of events whose job was lost between two writes, of
 * deliveries lost in a failover or failed by a bug. Lanes take turns, calls first, and apps within a lane. Skips events
 * that have moved since the last complete check, so a healthy event costs next to nothing. Held deliveries have no job;
 * those that are late are expired.
 */
async function sweepOpen(deps: FanoutDeps, { againMs }: SweepTimes): Promise<void> {
  const { queueRedis, now, shards, stopping } = deps;
  for (let shard = 0; shard < shards; shard++) await sweepAdmission(deps, shard);
  await sweepHeld(deps, now() + LONGEST_RUN_MS);
  for (let shard = 0; shard < shards; shard++) await adoptOpenEvents(queueRedis, shard, now(), ADOPTED);
  const end = now() + LONGEST_RUN_MS;
  const due = new Set(LANES.flatMap((lane) => Array.from({ length: shards }, (_, shard) => ({ lane, shard }))));
  while (due.size > 0 && now() < end) {
    for (const part of due) {
      if (stopping.aborted) return;
      const refs = await claimDueEvents(queueRedis, part.shard, part.lane, { now: now(), again: now() + againMs });
      if (refs.length === 0) due.delete(part);
      for (const ref of await stuckSinceLastLook(queueRedis, refs)) {
        await sweepEvent(deps, ref).catch((error: Error) =>
          deps.log.warn({ eventKey: ref.key, reason: error.message }, 'event.not_swept'),
        );
      }
    }
  }
}

async function sweepEvent(deps: FanoutDeps, ref: EventRef): Promise<void> {
  const expansion = await readExpansion(deps.queueRedis, ref);
  if (!expansion) return;
  const { accepted, cursor } = expansion;
  if (!cursor.full && cursor.admission !== 'waiting') await reviveEvent(deps, ref, accepted);
  const from = await sweptUntil(deps.queueRedis, ref);
  // Not the slice at the cursor, which may be being queued right now.
  const to = Math.min(cursor.slice, from + SLICES_PER_TURN);
  for await (const slice of openSlices(deps.queueRedis, ref, { from, to })) {
    await reviveDeliveries(deps, ref, accepted, slice);
  }
  if (to < cursor.slice) await sweepOnAt(deps.queueRedis, ref, to, deps.now());
  else if (from > 0) await sweptToEnd(deps.queueRedis, ref);
}

async function reviveEvent(deps: FanoutDeps, ref: EventRef, { lane }: AcceptedEvent): Promise<void> {
  const [missing] = await withoutJob(deps, 'events', lane, ref.shard, [ref.key]);
  if (missing === undefined) return;
  await deps.producer.addEvents(ref.shard, lane, [{ key: ref.key }]);
  deps.metrics.swept.inc({ what: 'event' });
  deps.sweepCounts.restored += 1;
  deps.log.warn({ eventKey: ref.key }, 'event.swept');
}

async function reviveDeliveries(
  deps: FanoutDeps,
  ref: EventRef,
  accepted: AcceptedEvent,
  { number, jobs }: OpenSlice,
): Promise<void> {
  const { lane } = accepted;
  const live = await expireLate(deps, ref, accepted, jobs);
  for (const [provider, group] of byProvider(live)) {
    const ids = new Map(group.map((job) => [packId(ref.key, job.ordinal, job.count), job]));
    const missing = await withoutJob(deps, `deliveries-${provider}`, lane, ref.shard, [...ids.keys()]);
    if (missing.length === 0) continue;
    const lost = missing.map((id) => ids.get(id) as OpenJob);
    // A replayed delivery has a job of its own.
    const deadlines = await readReplayDeadlines(
      deps.queueRedis,
      ref,
      lost.map((job) => job.ordinal),
    );
    const added = lost.map(({ ordinal, count }) => ({
      eventKey: ref.key,
      slice: number,
      ordinal,
      count,
      addedAgain: true as const,
      deadlineAt: count === 1 ? deadlines.get(ordinal) : undefined,
    }));
    await deps.producer.addDeliveries(ref.shard, provider, lane, added);
    const deliveries = lost.reduce((n, job) => n + job.open.length, 0);
    deps.metrics.swept.inc({ what: 'delivery' }, deliveries);
    deps.sweepCounts.restored += added.length;
    deps.log.warn({ eventKey: ref.key, provider, deliveries }, 'deliveries.swept');
  }
}

/**
 * Settles deliveries long past their deadline and returns the rest. Normally a sender does this; with none running for
 * this provider, the app's load would never fall.
 */
async function expireLate(
  deps: FanoutDeps,
  ref: EventRef,
  { appId, lane, leaveBy }: AcceptedEvent,
  jobs: readonly OpenJob[],
): Promise<readonly OpenJob[]> {
  const now = deps.now();
  if (now < leaveBy + LATE_MS) return jobs;
  const open = jobs.flatMap((job) => job.open);
  const ordinals = open.map((delivery) => delivery.ordinal);
  const replayed = await readReplayDeadlines(deps.queueRedis, ref, ordinals);
  const isLate = ({ ordinal }: PlannedDelivery) => now >= (replayed.get(ordinal) ?? leaveBy) + LATE_MS;
  const late = open.filter(isLate);
  if (late.length > 0) {
    const expired = await expire(deps, ref, { appId, lane }, late);
    deps.sweepCounts.expired += expired;
  }
  return jobs.filter((job) => !job.open.every(isLate));
}

/** The lanes that may hold jobs of an event in this lane: one that turned out to be large began in the chat lane. */
const lanesOf = (lane: Lane): Lane[] => (lane === 'bulk' ? ['bulk', 'chat'] : [lane]);

/** The ids without a job, after removing jobs that failed because of a bug. */
async function withoutJob(
  deps: FanoutDeps,
  kind: QueueKind,
  lane: Lane,
  shard: number,
  ids: string[],
): Promise<string[]> {
  let missing = ids;
  for (const one of lanesOf(lane)) missing = await withoutJobIn(deps, kind, one, shard, missing);
  return missing;
}

async function withoutJobIn(
  deps: FanoutDeps,
  kind: QueueKind,
  lane: Lane,
  shard: number,
  ids: string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const presence = await deps.producer.presence(kind, lane, shard, ids);
  const failed = ids.filter((_, i) => presence[i] === 'failed');
  for (const id of failed) await deps.producer.remove(kind, lane, shard, id);
  if (failed.length > 0) deps.metrics.swept.inc({ what: 'failed_job' }, failed.length);
  return ids.filter((_, i) => presence[i] !== 'present');
}
