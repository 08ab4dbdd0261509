import { randomBytes } from 'node:crypto';
import { deadlineOf, publicAppId } from '@fanfare/core';
import {
  type DeadLetterFilter,
  type FoundDeadLetter,
  findDeadLetters,
  findPlanned,
  listDeadLetters,
  readEvent,
  reopen,
} from '@fanfare/ledger';
import { deliveryJob } from '@fanfare/queue';
import { readApp } from '@fanfare/store';
import type { IngestDeps } from '../../deps.ts';

/** Which dead letters an operator means: these, or all that fit a filter. */
export type Selection = { by: 'ids'; ids: string[] } | { by: 'filter'; filter: DeadLetterFilter };

/** How far a replay has come. */
export interface ReplayProgress {
  id: string;
  state: 'running' | 'done' | 'failed';
  replayed: number;
  /** Letters whose event has gone with its retention, or that someone else replayed. */
  skipped: number;
}

/** Letters handled between two notes of progress. */
const PAGE = 100;

/** How long the progress can be asked for. */
const PROGRESS_TTL_S = 24 * 3600;

/** When the sweeper looks after a replayed event. */
const SWEEP_AFTER_MS = 15_000;

const progressKey = (appId: string, id: string) => `replay:{${appId}}:${id}`;

/**
 * Starts a replay and returns at once; it runs on in this process. Should the process end before it does, the letters
 * it did not get to are still there, and the same replay may be asked for again.
 */
export async function startReplay(deps: IngestDeps, appId: string, selection: Selection): Promise<ReplayProgress> {
  const progress: ReplayProgress = { id: randomBytes(9).toString('hex'), state: 'running', replayed: 0, skipped: 0 };
  await saveProgress(deps, appId, progress);
  run(deps, appId, selection, progress)
    .then(() => saveProgress(deps, appId, { ...progress, state: 'done' }))
    .catch(async (error: Error) => {
      deps.log.error({ err: error, appId: publicAppId(appId), replay: progress.id }, 'replay.failed');
      await saveProgress(deps, appId, { ...progress, state: 'failed' }).catch(() => undefined);
    });
  return { ...progress };
}

/** How far a replay has come, or undefined when it is unknown. */
export async function readReplay(deps: IngestDeps, appId: string, id: string): Promise<ReplayProgress | undefined> {
  const text = await deps.queueRedis.get(progressKey(appId, id));
  return text === null ? undefined : (JSON.parse(text) as ReplayProgress);
}

/** The letters of a selection, page by page. */
export async function* selected(
  deps: IngestDeps,
  appId: string,
  selection: Selection,
): AsyncGenerator<FoundDeadLetter[]> {
  const { queueRedis, config } = deps;
  if (selection.by === 'ids') {
    for (let from = 0; from < selection.ids.length; from += PAGE) {
      yield await findDeadLetters(queueRedis, appId, config.QUEUE_SHARDS, selection.ids.slice(from, from + PAGE));
    }
    return;
  }
  let cursor: string | undefined;
  do {
    const page = await listDeadLetters(queueRedis, appId, config.QUEUE_SHARDS, {
      filter: selection.filter,
      cursor,
      limit: PAGE,
    });
    yield page.letters;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function run(deps: IngestDeps, appId: string, selection: Selection, progress: ReplayProgress): Promise<void> {
  for await (const letters of selected(deps, appId, selection)) {
    for (const letter of letters) {
      if (await replayOne(deps, appId, letter)) progress.replayed++;
      else progress.skipped++;
    }
    await saveProgress(deps, appId, progress);
  }
}

/** Reopens one delivery with a fresh deadline and queues it for today's provider settings. */
async function replayOne(deps: IngestDeps, appId: string, letter: FoundDeadLetter): Promise<boolean> {
  const [accepted, app] = await Promise.all([readEvent(deps.queueRedis, letter.ref), readApp(deps.registry, appId)]);
  const now = deps.now();
  const { leaveBy, holdUntil } = accepted
    ? deadlineOf({ ...accepted.event, sentAt: now }, now, app?.settings.deadlines)
    : { leaveBy: now, holdUntil: now };
  const when = { now, deadline: leaveBy, sweepAt: now + SWEEP_AFTER_MS };
  if (!(await reopen(deps.queueRedis, appId, letter, when)) || !accepted) return false;
  const { ordinal, uid, provider, deviceId, ref } = letter;
  const unread = (await findPlanned(deps.queueRedis, ref, uid))?.deliveries.find(
    (one) => one.ordinal === ordinal,
  )?.unread;
  const delivery = {
    provider,
    uid,
    ordinal,
    ...(deviceId ? { deviceId } : {}),
    ...(unread === undefined ? {} : { unread }),
  };
  const job = deliveryJob(ref, delivery, {
    addedAgain: true,
    deadlineAt: leaveBy,
    holdUntil,
    settingsVersion: app?.version,
  });
  await deps.producer.addDeliveries(ref.shard, provider, accepted.lane, [job]);
  return true;
}

const saveProgress = async ({ queueRedis }: IngestDeps, appId: string, progress: ReplayProgress): Promise<void> => {
  await queueRedis.set(progressKey(appId, progress.id), JSON.stringify(progress), 'EX', PROGRESS_TTL_S);
};
