import { type EventRef, logFacts } from '@fanfare/core';
import {
  deadLetterText,
  isLogged,
  type LogRow,
  readDeadLetterOf,
  readRecord,
  readSlice,
  rowsOf,
  type UnarchivedRef,
} from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import type { ArchivedEvent, ArchivedRow, ArchivePart } from './archived.ts';

/** An event to archive, its first slice read ahead: most have only one. */
export interface ReadEvent {
  event: ArchivedEvent;
  first: ArchivedRow[];
}

/** Reads an event that finished; undefined when its record is gone. */
export async function readFinished(redis: Redis, ref: UnarchivedRef): Promise<ReadEvent | undefined> {
  const record = await readRecord(redis, ref);
  if (!record) return undefined;
  const { accepted, finishedAt: doneAt = ref.doneAt, slices } = record;
  const { appId, receivedAt: at, lane, key } = accepted;
  const id = accepted.event.id;
  const logged = await isLogged(redis, appId, ref);
  return {
    event: { appId, key, id, lane, at, doneAt, logged, slices, facts: logFacts(accepted) },
    first: await withDetails(redis, appId, ref, numbered(record.rows)),
  };
}

/** The parts of an event, one slice at a time, so that memory stays bounded. */
export async function* partsOf(redis: Redis, ref: EventRef, { event, first }: ReadEvent): AsyncGenerator<ArchivePart> {
  const { appId, key, at } = event;
  for (let slice = 0; slice < event.slices; slice++) {
    const rows = slice === 0 ? first : await withDetails(redis, appId, ref, await readRows(redis, ref, slice));
    if (rows.length > 0) yield { kind: 'slice', slice: { appId, key, at, slice, rows } };
  }
  yield { kind: 'event', event };
}

async function readRows(redis: Redis, ref: EventRef, number: number): Promise<ArchivedRow[]> {
  const slice = await readSlice(redis, ref, number);
  if (!slice) return [];
  return numbered(await rowsOf(redis, ref, slice));
}

const numbered = (rows: readonly LogRow[]): ArchivedRow[] => rows.map((row, index) => ({ ...row, index }));

/** Adds the error texts of rejected deliveries, from their dead letters. */
const withDetails = (
  redis: Redis,
  appId: string,
  ref: EventRef,
  rows: readonly ArchivedRow[],
): Promise<ArchivedRow[]> =>
  Promise.all(
    rows.map(async (row) => {
      if (row.state !== 'rejected') return row;
      const letter = await readDeadLetterOf(redis, appId, ref.shard, row.id);
      return letter ? { ...row, detail: deadLetterText(letter) } : row;
    }),
  );
