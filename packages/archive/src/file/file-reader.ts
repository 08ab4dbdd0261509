import { open } from 'node:fs/promises';
import type { ArchivedEvent, ArchivedRow } from '../archived.ts';
import { eraseFrom, eraseRows, type IsErased } from '../erased.ts';
import { type ArchivePage, type ArchiveRange, type ArchiveReader, compareEvents } from '../sink.ts';
import { folderOf, ifMissing, type Segment, segmentsIn } from './files.ts';
import { eventsIn, type Place } from './lines.ts';
import { rowsAt } from './seal.ts';
import { ErasedLists } from './tombstones.ts';

const DAY_MS = 24 * 3_600_000;

/** How often a read starts again because a file was closed, or written anew, meanwhile. */
const TRIES = 5;

/** Files read for one page, unless more have events of the same time. */
const FILES = 8;

/** An event found, and where its slices are. */
interface Found {
  event: ArchivedEvent;
  path: string;
  slices: Map<number, Place>;
}

/**
 * Reads the files of `openFileSink`. A page reads the files whose range it may touch, nearest first, until no other can
 * have a nearer event: usually one or two.
 */
export class FileReader implements ArchiveReader {
  readonly #folder: string;
  readonly #erased = new ErasedLists();
  readonly #found = new WeakMap<ArchivedEvent, Found>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  page(appId: string, range: ArchiveRange): Promise<ArchivePage> {
    return unlessMoved(async () => {
      const folder = folderOf(this.#folder, appId);
      const isErased = await this.#erased.of(folder, appId);
      const { found, next } = await scan(await segmentsIn(folder), range);
      const events = found.map((one) => {
        const event = isErased ? eraseFrom(one.event, isErased) : one.event;
        this.#found.set(event, one);
        return event;
      });
      return { events, ...(next ? { next } : {}) };
    });
  }

  async rows(event: ArchivedEvent, slice: number): Promise<readonly ArchivedRow[]> {
    const { appId, at, key } = event;
    const isErased = await this.#erased.of(folderOf(this.#folder, appId), appId);
    let found = this.#found.get(event);
    for (let tries = 0; found && tries < TRIES; tries++) {
      const rows = await rowsOf(found, slice, isErased);
      if (rows) return rows;
      const { events } = await this.page(appId, { from: at, to: at, order: 'append', limit: Number.MAX_SAFE_INTEGER });
      const again = events.find((one) => one.key === key);
      found = again && this.#found.get(again);
      if (found) this.#found.set(event, found);
    }
    return [];
  }

  async close(): Promise<void> {}
}

/** The rows of a slice; undefined if the file has moved. */
async function rowsOf({ event, path, slices }: Found, slice: number, isErased: IsErased | undefined) {
  const place = slices.get(slice);
  if (!place) return [];
  const file = await open(path, 'r').catch(ifMissing);
  if (!file) return undefined;
  try {
    const rows = await rowsAt(file, place, { key: event.key, slice });
    return rows && isErased ? eraseRows(rows, event.at, isErased) : rows;
  } finally {
    await file.close();
  }
}

async function scan(segments: readonly Segment[], range: ArchiveRange): Promise<{ found: Found[]; next?: Next }> {
  const { order, limit, after } = range;
  const sign = order === 'append' ? 1 : -1;
  const bounds = {
    from: Math.max(range.from ?? 0, after && order === 'append' ? after.at : 0),
    to: Math.min(range.to ?? Number.POSITIVE_INFINITY, after && order === 'prepend' ? after.at : Infinity),
  };
  const start = order === 'append' ? bounds.from : bounds.to;
  let nearest: Found[] = [];
  for (const [files, { path, edge }] of nearestFirst(segments, bounds, order).entries()) {
    const last = nearest.length >= limit ? nearest.at(-1)?.event.at : undefined;
    // No further file has a nearer event.
    if (last !== undefined && sign * (edge - last) > 0) break;
    const isPast = (at: number) => sign * (edge - at) > 0;
    if (files >= FILES && isPast(start)) {
      const found = nearest.filter(({ event }) => isPast(event.at));
      return { found, next: found.length < limit ? beforeAll(edge, order) : (found.at(-1) as Found).event };
    }
    const read: Found[] = [];
    for await (const { event, slices } of eventsIn(path)) {
      const { at, logged } = event;
      if (!logged || at < bounds.from || at > bounds.to) continue;
      if (after && sign * compareEvents(event, after) <= 0) continue;
      read.push({ event, path, slices });
      if (read.length >= 2 * limit + 100) nearest = merge(nearest, read.splice(0), sign, limit);
    }
    nearest = merge(nearest, read, sign, limit);
  }
  const last = nearest.length < limit ? undefined : nearest.at(-1)?.event;
  return { found: nearest, ...(last ? { next: last } : {}) };
}

type Next = NonNullable<ArchivePage['next']>;

/** The position before all events of a time, in the direction of the order: no key sorts before `0`. */
const beforeAll = (at: number, order: ArchiveRange['order']): Next =>
  order === 'append' ? { at, key: '0' } : { at: at + 1, key: '0' };

/** The files that may have events between two times, with the time at which each begins in this order. */
function nearestFirst(segments: readonly Segment[], { from, to }: Range, order: ArchiveRange['order']) {
  const sign = order === 'append' ? 1 : -1;
  return segments
    .map(({ path, day, range = rangeOfDay(day) }) => ({
      path,
      range,
      edge: order === 'append' ? range.from : range.to,
    }))
    .filter(({ range }) => range.from <= to && range.to >= from)
    .sort((a, b) => sign * (a.edge - b.edge));
}

type Range = NonNullable<Segment['range']>;

/** The first `limit` events in order, each once, in its newest version. */
function merge(known: readonly Found[], found: readonly Found[], sign: number, limit: number): Found[] {
  const newest = new Map<string, Found>();
  for (const one of [...known, ...found]) {
    const other = newest.get(one.event.key);
    if (!other || other.event.doneAt <= one.event.doneAt) newest.set(one.event.key, one);
  }
  return [...newest.values()].sort((a, b) => sign * compareEvents(a.event, b.event)).slice(0, limit);
}

function rangeOfDay(day: string): Range {
  const from = Date.parse(day);
  return { from, to: from + DAY_MS - 1 };
}

/** Repeats a read during which a file was closed under another name. */
async function unlessMoved<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (tries === TRIES) throw error;
      ifMissing(error as NodeJS.ErrnoException);
    }
  }
}
