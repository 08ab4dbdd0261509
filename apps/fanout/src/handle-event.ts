import { chooseSource, type Later, moderationOf } from '@fanfare/audience';
import { type EventRef, type Lane, publicAppId } from '@fanfare/core';
import { type Cursor, FencedError, markApplied, parkEvent, readExpansion, stepAside } from '@fanfare/ledger';
import type { EventJob, JobInHand, Step } from '@fanfare/queue';
import { applyEvent, hasChanges } from './apply-event.ts';
import { backpressure, type Pressure } from './backpressure.ts';
import type { FanoutDeps } from './deps.ts';
import { moveToBulk, recordSize } from './large-audience.ts';
import { moderationWait } from './moderation-wait.ts';
import { type Full, passSlice } from './pass-slice.ts';
import { decideSlice, type EventInHand } from './plan.ts';
import { queueAdmitted } from './queue-admitted.ts';

/** Slices planned before an event yields to others. */
const SLICES_PER_TURN = 4;

/** The work done in one turn, for the log. */
interface Turn {
  slices: number;
  recipients: number;
  done: boolean;
}

/** A planned and queued slice, and where the next one starts. */
interface Expanded {
  kind: 'expanded';
  recipients: number;
  next: Cursor;
}

/**
 * One turn of expanding an event: a few slices, each planned, queued and passed by the cursor in one step, so that a
 * worker that resumes after a crash continues exactly there. Then the job yields to others, or is done.
 */
export async function handleEvent(
  deps: FanoutDeps,
  { shard, lane }: { shard: number; lane: Lane },
  job: JobInHand<EventJob>,
): Promise<Step> {
  const key = job.data.eventKey;
  const ref = { shard, key };
  const expansion = await readExpansion(deps.queueRedis, ref);
  if (!expansion || expansion.cursor.full) return { do: 'done' };
  const { accepted, cursor } = expansion;
  // The event has moved to another lane, where it has a job of its own, or gets one when it is admitted.
  if (accepted.lane !== lane || cursor.admission === 'waiting') return { do: 'done' };
  if (!job.startedBefore) {
    deps.metrics.queueWaitSeconds.observe({ queue: 'events', lane }, (deps.now() - job.addedAt) / 1000);
  }
  const app = await deps.apps.get(accepted.appId, accepted.settingsVersion);
  const late = deps.now() >= accepted.leaveBy;
  const moderation = await moderationOf(deps, accepted, app?.app, late);
  if (moderation.kind === 'wait') {
    await letOthersPass(deps, { shard, accepted }, cursor);
    return { do: 'wait', delayMs: moderationWait(accepted, deps.now()) };
  }
  // A deleted app is not changed.
  if (!cursor.applied && app && hasChanges(accepted.event)) {
    await applyEvent(deps, accepted, app.app.settings.membership !== undefined);
    await markApplied(deps.queueRedis, ref);
  }
  const source = await chooseSource(deps, accepted, app);
  const inHand = { shard, accepted, app, source, moderation, isFirst: !job.startedBefore };
  return expandSome(deps, inHand, cursor, job);
}

async function expandSome(
  deps: FanoutDeps,
  inHand: EventInHand,
  from: Cursor,
  job: JobInHand<EventJob>,
): Promise<Step> {
  const turn: Turn = { slices: 0, recipients: 0, done: false };
  const ref = { shard: inHand.shard, key: inHand.accepted.key };
  let cursor = from;
  let pressure: Pressure | undefined;
  while (!turn.done && turn.slices < SLICES_PER_TURN && !deps.stopping.aborted) {
    pressure = await backpressure(deps, inHand, { isFirstSlice: cursor.slice === 0 });
    if (pressure) break;
    if (job.signal.aborted) throw new FencedError(`event ${ref.key}: lock lost`);
    const at = cursor;
    const expand = (traceparent?: string) => expandSlice(deps, inHand, { from: at, traceparent }, job);
    const expanded = await deps.tracing.follow(stepOf(inHand, at), expand);
    if (expanded.kind === 'later') {
      await letOthersPass(deps, inHand, from);
      pressure = { kind: 'wait', delayMs: expanded.retryInMs };
      break;
    }
    if (expanded.kind === 'full') {
      pressure = { kind: 'park' };
      break;
    }
    turn.slices++;
    turn.recipients += expanded.recipients;
    turn.done = expanded.next.full;
    cursor = expanded.next;
  }
  logTurn(deps, inHand, turn);
  if (turn.done) await recordSize(deps, inHand);
  if (turn.done || (await moveToBulk(deps, inHand))) return { do: 'done' };
  if (pressure?.kind === 'park') return { do: 'done', afterwards: () => park(deps, ref, inHand.accepted.lane) };
  return { do: 'wait', delayMs: Math.max(1, pressure?.delayMs ?? 1) };
}

const stepOf = ({ accepted: { traceparent: parent, lane } }: EventInHand, { slice }: Cursor) => ({
  name: 'slice',
  parent,
  attributes: { 'fanfare.lane': lane, 'fanfare.slice': slice },
});

/**
 * Lets an event wait until some of its app's deliveries are sent. Its job is gone by then: otherwise a job added in
 * between would be taken for the same one, and be lost.
 */
async function park(deps: FanoutDeps, ref: EventRef, lane: Lane): Promise<void> {
  if ((await parkEvent(deps.queueRedis, ref)) === 'room') await queueAdmitted(deps, ref.shard, lane, [ref]);
}

/** An event that waits for something other than fan-out keeps no other event of its app waiting. */
async function letOthersPass(
  deps: FanoutDeps,
  { shard, accepted: { key, lane } }: Pick<EventInHand, 'shard' | 'accepted'>,
  { admission }: Cursor,
): Promise<void> {
  if (admission !== 'admitted') return;
  await queueAdmitted(deps, shard, lane, await stepAside(deps.queueRedis, { shard, key }, deps.now()));
}

async function expandSlice(
  deps: FanoutDeps,
  inHand: EventInHand,
  { from: cursor, traceparent }: { from: Cursor; traceparent: string | undefined },
  job: JobInHand<EventJob>,
): Promise<Expanded | Full | Later> {
  const decided = await decideSlice(deps, inHand, cursor);
  if (decided.kind === 'later') return decided;
  const passed = await passSlice(deps, inHand, { number: cursor.slice, slice: decided.slice, traceparent }, job);
  if (passed.kind === 'full') return passed;
  const { slice } = passed;
  const deliveries = slice.recipients.reduce((n, r) => n + (r.kind === 'send' ? r.targets.length : 0), 0);
  return {
    kind: 'expanded',
    recipients: slice.recipients.length,
    next: {
      slice: cursor.slice + 1,
      cursor: slice.cursor,
      next: slice.first + deliveries,
      full: slice.last,
      applied: true,
      admission: cursor.admission,
    },
  };
}

function logTurn({ log, now }: FanoutDeps, { accepted }: EventInHand, turn: Turn): void {
  const { key, appId, event, lane, receivedAt } = accepted;
  const fields = {
    eventKey: key,
    eventId: event.id,
    appId: publicAppId(appId),
    type: event.type,
    lane,
    ageMs: now() - receivedAt,
    ...turn,
  };
  log[turn.done ? 'info' : 'debug'](fields, 'event.expanded');
}
