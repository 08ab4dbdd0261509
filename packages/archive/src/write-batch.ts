import { markArchived, readUnarchived, type UnarchivedRef } from '@fanfare/ledger';
import type { Logger, Metrics } from '@fanfare/runtime';
import type { Redis } from 'ioredis';
import type { ArchivePart } from './archived.ts';
import { partsOf, type ReadEvent, readFinished } from './read-event.ts';
import type { ArchiveSink } from './sink.ts';

/** Events read at a time, and rows written at a time: bounds memory, whatever the size of an audience. */
const EVENTS = 100;
const ROWS = 5000;

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

/** Takes events off the list whose records are gone, and says so. */
async function countLost(
  { redis, metrics, log }: BatchDeps,
  fence: number,
  shard: number,
  lost: readonly UnarchivedRef[],
): Promise<void> {
  if (lost.length === 0) return;
  const events = await markArchived(redis, fence, shard, lost);
  metrics.archiveLost.inc(events);
  log.warn({ events, doneAt: lost[0]?.doneAt }, 'archive.lost');
}

/** Counts events at the head of the list whose records are gone: while a sink is down, the list stays bounded so. */
export async function dropLost(deps: BatchDeps, fence: number, shard: number): Promise<void> {
  for (;;) {
    const refs = await readUnarchived(deps.redis, shard, EVENTS);
    const read = await Promise.all(refs.map((ref) => readFinished(deps.redis, ref)));
    await countLost(
      deps,
      fence,
      shard,
      refs.filter((_, i) => read[i] === undefined),
    );
    if (refs.length < EVENTS || read.some((one) => one !== undefined)) return;
  }
}
