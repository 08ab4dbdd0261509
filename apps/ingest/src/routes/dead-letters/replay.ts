import { randomBytes } from 'node:crypto';
import { deadlineOf, publicAppId } from '@fanfare/core';
import { type FoundDeadLetter, findDeadLetters, readEvent, reopen } from '@fanfare/ledger';
import type { DeliveryJob } from '@fanfare/queue';
import { redisTrouble } from '@fanfare/redis';
import { type App, readApp } from '@fanfare/store';
import type { IngestDeps } from '../../deps.ts';
import { pageOfLetters } from './page-of-letters.ts';
import {
  askToStop,
  closeReplay,
  LEASE_MS,
  type Lease,
  loadOrder,
  loadProgress,
  type ReplayOrder,
  type ReplayProgress,
  renewLease,
  runningReplays,
  type Saved,
  type Selection,
  type StoredProgress,
  saveProgress,
  storeReplay,
  takeLease,
} from './replay-record.ts';

/** Letters per read. */
const PAGE = 200;

/** Letters replayed together: a stop takes effect after those in hand. */
const TOGETHER = 50;

/** When the sweeper first checks a replayed event. */
const SWEEP_AFTER_MS = 15_000;

/** How often ingest looks for replays whose process has died. */
const RESUME_EVERY_MS = 5000;

const newToken = (): string => randomBytes(9).toString('hex');

/** Starts a replay in this process and returns immediately. If the process dies, another ingest resumes it. */
export async function startReplay(deps: IngestDeps, appId: string, selection: Selection): Promise<ReplayProgress> {
  const lease: Lease = { appId, id: newToken(), token: newToken() };
  const order: ReplayOrder = { selection, startedAt: deps.now() };
  const progress: ReplayProgress = { id: lease.id, state: 'running', replayed: 0, skipped: 0 };
  await storeReplay(deps.queueRedis, lease, order, progress);
  void runLeased(deps, lease, order, { ...progress });
  return progress;
}

/** The progress of a replay; undefined if it is unknown. */
export async function readReplay(deps: IngestDeps, appId: string, id: string): Promise<ReplayProgress | undefined> {
  const stored = await loadProgress(deps.queueRedis, { appId, id });
  if (!stored) return undefined;
  const { inHand: _, ...progress } = stored;
  return progress;
}

/** Stops a replay after the letters in hand; does nothing if it has ended. Its progress; undefined if it is unknown. */
export async function stopReplay(deps: IngestDeps, appId: string, id: string): Promise<ReplayProgress | undefined> {
  const progress = await readReplay(deps, appId, id);
  if (progress?.state === 'running') await askToStop(deps.queueRedis, { appId, id });
  return progress;
}

/** Resumes replays whose process has died: checks now and every few seconds. Returns a function that stops it. */
export function resumeReplays(deps: IngestDeps): () => void {
  const look = () =>
    resumeAbandoned(deps).catch((error: Error) => deps.log.warn({ reason: error.message }, 'replays.not_resumed'));
  void look();
  const timer = setInterval(() => void look(), RESUME_EVERY_MS);
  return () => clearInterval(timer);
}

async function resumeAbandoned(deps: IngestDeps): Promise<void> {
  const { queueRedis } = deps;
  for (const replay of await runningReplays(queueRedis)) {
    const lease = { ...replay, token: newToken() };
    if (!(await takeLease(queueRedis, lease))) continue;
    const [order, progress] = await Promise.all([loadOrder(queueRedis, replay), loadProgress(queueRedis, replay)]);
    if (!order || progress?.state !== 'running') {
      await closeReplay(queueRedis, lease);
      continue;
    }
    await countInHand(deps, lease, progress);
    if (order === 'foreign') {
      deps.log.error({ appId: publicAppId(replay.appId), replay: replay.id }, 'replay.not_readable');
      await end(deps, lease, { ...progress, state: 'failed' });
      continue;
    }
    deps.log.info({ appId: publicAppId(replay.appId), replay: replay.id }, 'replay.resumed');
    void runLeased(deps, lease, order, progress);
  }
}

/** Counts the letters in hand that have left the list as replayed: the process died right after replaying them. */
async function countInHand({ queueRedis, shards }: IngestDeps, { appId }: Lease, progress: StoredProgress) {
  const inHand = [progress.inHand ?? []].flat();
  const there = await findDeadLetters(queueRedis, appId, shards.all, inHand);
  progress.replayed += inHand.length - there.length;
  delete progress.inHand;
}

/** Runs a replay while we hold its lease. Never rejects: without Redis the lease expires and it resumes later. */
async function runLeased(deps: IngestDeps, lease: Lease, order: ReplayOrder, progress: StoredProgress): Promise<void> {
  const { queueRedis, log } = deps;
  const timer = setInterval(() => void renewLease(queueRedis, lease).catch(() => undefined), LEASE_MS / 3).unref();
  try {
    const state = await run(deps, lease, order, progress);
    if (state === 'lost') return;
    await end(deps, lease, { ...progress, state });
  } catch (error) {
    log.warn({ reason: (error as Error).message, replay: lease.id }, 'replay.interrupted');
  } finally {
    clearInterval(timer);
  }
}

async function end({ queueRedis }: IngestDeps, lease: Lease, progress: StoredProgress): Promise<void> {
  if ((await saveProgress(queueRedis, lease, progress)) !== 'lost') await closeReplay(queueRedis, lease);
}

async function run(
  deps: IngestDeps,
  lease: Lease,
  order: ReplayOrder,
  progress: StoredProgress,
): Promise<'done' | 'failed' | 'stopped' | 'lost'> {
  try {
    for await (const saved of steps(deps, lease, order, progress)) {
      if (saved === 'lost') return 'lost';
      if (saved === 'stop') return 'stopped';
    }
    return 'done';
  } catch (error) {
    if (redisTrouble(error)) throw error;
    deps.log.error({ err: error, appId: publicAppId(lease.appId), replay: lease.id }, 'replay.failed');
    return 'failed';
  }
}

/** Counts the letters of a replay, then replays them, some at a time. The progress is stored before each step. */
async function* steps(
  deps: IngestDeps,
  lease: Lease,
  { selection, startedAt }: ReplayOrder,
  progress: StoredProgress,
): AsyncGenerator<Saved> {
  const { queueRedis } = deps;
  const { appId } = lease;
  const pages = async function* () {
    for await (const letters of selected(deps, appId, selection)) yield letters.filter(({ at }) => at <= startedAt);
  };
  if (progress.total === undefined) {
    let total = 0;
    for await (const letters of pages()) {
      yield saveProgress(queueRedis, lease, progress);
      total += letters.length;
    }
    progress.total = total;
  }
  for await (const letters of pages()) {
    for (let from = 0; from < letters.length; from += TOGETHER) {
      const together = letters.slice(from, from + TOGETHER);
      yield saveProgress(queueRedis, lease, { ...progress, inHand: together.map(({ id }) => id) });
      await replayTogether(deps, appId, together, progress);
    }
  }
}

/** The letters of a selection, page by page. */
export async function* selected(
  deps: IngestDeps,
  appId: string,
  selection: Selection,
): AsyncGenerator<FoundDeadLetter[]> {
  if (selection.by === 'ids') {
    for (let from = 0; from < selection.ids.length; from += PAGE) {
      yield await findDeadLetters(deps.queueRedis, appId, deps.shards.all, selection.ids.slice(from, from + PAGE));
    }
    return;
  }
  let cursor: string | undefined;
  do {
    const page = await pageOfLetters(deps, appId, { filter: selection.filter, cursor, limit: PAGE });
    yield page.letters;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Replays these letters and counts them. @throws the first error, after all of them have been tried. */
async function replayTogether(
  deps: IngestDeps,
  appId: string,
  letters: readonly FoundDeadLetter[],
  progress: StoredProgress,
): Promise<void> {
  const app = await readApp(deps.registry, appId);
  const results = await Promise.allSettled(letters.map((letter) => replayOne(deps, appId, app, letter)));
  for (const result of results) {
    if (result.status === 'rejected') continue;
    if (result.value) progress.replayed++;
    else progress.skipped++;
  }
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** Reopens one delivery with a new deadline and queues it with the current provider settings. */
async function replayOne(
  deps: IngestDeps,
  appId: string,
  app: App | undefined,
  letter: FoundDeadLetter,
): Promise<boolean> {
  const accepted = await readEvent(deps.queueRedis, letter.ref);
  const now = deps.now();
  const { leaveBy, holdUntil } = accepted
    ? deadlineOf({ ...accepted.event, sentAt: now }, now, app?.settings.deadlines)
    : { leaveBy: now, holdUntil: now };
  const when = { now, deadline: leaveBy, sweepAt: now + SWEEP_AFTER_MS };
  if (!(await reopen(deps.queueRedis, appId, letter, when)) || !accepted) return false;
  const { ordinal, slice, provider, ref } = letter;
  const job: DeliveryJob = {
    eventKey: ref.key,
    slice,
    ordinal,
    addedAgain: true,
    deadlineAt: leaveBy,
    holdUntil,
    settingsVersion: app?.version,
  };
  await deps.producer.addDeliveries(ref.shard, provider, accepted.lane, [job]);
  return true;
}
