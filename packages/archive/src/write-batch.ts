import { markArchived, readUnarchived, type UnarchivedRef, withoutRecord } from '@fanfare/ledger';
import type { Logger, Metrics } from '@fanfare/runtime';
import type { Redis } from 'ioredis';
import type { ArchivePart } from './archived.ts';
import { partsOf, type ReadEvent, readFinished } from './read-event.ts';
import type { ArchiveSink } from './sink.ts';

/** Events read at a time, and rows written at a time: bounds memory, whatever the size of an audience. */
const EVENTS = 100;
const ROWS = 5000;

/** Entries that a walk for lost events looks at in a round trip, and in all. */
const STEP = 1000;
const WALK = 100_000;

export interface BatchDeps {
  redis: Redis;
  /** When an app was created, epoch ms; undefined when there is none, or none any longer. */
  createdAt(appId: string): Promise<number | undefined>;
  metrics: Pick<Metrics, 'archived' | 'archiveLost'>;
  log: Logger;
}

/**
 * Archives the next finished events of a shard: writes them, and only then takes them off the list. Returns whether
 * there may be more.
 * @throws when the sink fails, or another archiver has taken over: the events stay on the list.
 */
export async function writeBatch(deps: BatchDeps, sink: ArchiveSink, fence: number, shard: number): Promise<boolean> {
  const { redis, metrics } = deps;
  const refs = await readUnarchived(redis, shard, EVENTS);
  const read = await Promise.all(refs.map((ref) => readFinished(redis, ref)));
  const events = refs.flatMap((ref, i): [UnarchivedRef, ReadEvent][] => (read[i] ? [[ref, read[i]]] : []));
  let parts: ArchivePart[] = [];
  let rows = 0;
  const apps = await readApps(
    deps,
    events.map(([, { event }]) => event.appId),
  );
  for (const [ref, one] of events) {
    // The events of a deleted app are not archived.
    if (one.event.at < (apps.get(one.event.appId) ?? Number.POSITIVE_INFINITY)) continue;
    for await (const part of partsOf(redis, ref, one)) {
      parts.push(part);
      rows += part.kind === 'slice' ? part.slice.rows.length : 1;
      if (rows < ROWS) continue;
      await sink.write(parts);
      [parts, rows] = [[], 0];
    }
  }
  if (parts.length > 0) await sink.write(parts);
  await markArchived(
    redis,
    fence,
    shard,
    events.map(([ref]) => ref),
  );
  metrics.archived.inc(events.length);
  await countLost(
    deps,
    fence,
    shard,
    refs.filter((_, i) => read[i] === undefined),
  );
  return refs.length === EVENTS;
}

/** When each app was created. Read anew for every batch: once an app is erased from the sink, nothing of it follows. */
async function readApps({ createdAt }: BatchDeps, appIds: readonly string[]): Promise<Map<string, number | undefined>> {
  const ids = [...new Set(appIds)];
  const times = await Promise.all(ids.map((appId) => createdAt(appId)));
  return new Map(ids.map((appId, i) => [appId, times[i]]));
}

/** Takes events off the list whose records are gone, and reports them. */
async function countLost(deps: BatchDeps, fence: number, shard: number, lost: readonly UnarchivedRef[]): Promise<void> {
  reportLost(deps, await markArchived(deps.redis, fence, shard, lost), lost[0]?.doneAt);
}

function reportLost({ metrics, log }: BatchDeps, events: number, doneAt: number | undefined): void {
  if (events === 0) return;
  metrics.archiveLost.inc(events);
  log.warn({ events, doneAt }, 'archive.lost');
}

/**
 * Takes events off the list whose records are gone, so that the list stays as short as what Redis still has while a
 * sink is down. Walks a part of the list from a rank on, since records leave in any order: those of calls and of
 * events with dead letters last. Returns the rank where the next walk begins.
 */
export async function dropLost(
  deps: BatchDeps,
  fence: number,
  shard: number,
  { from, walk = WALK }: { from: number; walk?: number },
): Promise<number> {
  let rank = from;
  let dropped = 0;
  let doneAt: number | undefined;
  let isEnd = false;
  for (let seen = 0; !isEnd && seen < walk; seen += STEP) {
    const refs = await readUnarchived(deps.redis, shard, STEP, rank);
    const lost = await withoutRecord(deps.redis, shard, refs);
    const removed = await markArchived(deps.redis, fence, shard, lost);
    dropped += removed;
    doneAt ??= lost[0]?.doneAt;
    rank += refs.length - removed;
    isEnd = refs.length < STEP;
  }
  reportLost(deps, dropped, doneAt);
  return isEnd ? 0 : rank;
}
