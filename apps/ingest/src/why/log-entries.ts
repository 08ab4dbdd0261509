import { type ArchivedEvent, type ArchivedRow, compareEvents, reasonOf } from '@fanfare/archive';
import { FanfareError } from '@fanfare/core';
import { type ListedRef, pageLogged } from '@fanfare/ledger';
import type { IngestDeps } from '../deps.ts';
import { type Affix, isPassed, type Position } from './log-position.ts';

/**
 * A logged event: in Redis (unless its record has expired), in the archive, or in both. In neither: a position that the
 * walk has reached after a long read without an event.
 */
export interface LogEntry {
  /** When it was received, epoch ms. */
  at: number;
  key: string;
  ref?: ListedRef;
  archived?: ArchivedEvent;
}

/** Which part of a log, and in which order. */
export interface LogRange {
  /** Received at or after, and at or before, epoch ms. */
  from: number;
  to: number | undefined;
  /** Starts at this event. */
  start: Position | undefined;
  order: Affix;
}

type Deps = Pick<IngestDeps, 'queueRedis' | 'shards' | 'archive' | 'log'>;

/** Events listed per read, from each source. */
const REFS = 100;

/** Seconds after which a request may be repeated when the archive is away. */
const AWAY_RETRY_S = 5;

/**
 * The logged events of an app in walk order, those of Redis and those of the archive as one list. Records do not leave
 * Redis in order of time, so neither source alone has all events of any range.
 */
export async function* entriesOf(deps: Deps, appId: string, range: LogRange): AsyncGenerator<LogEntry> {
  const [recent, old] = [inRedis(deps, appId, range), inArchive(deps, appId, range)];
  const sign = range.order === 'append' ? 1 : -1;
  let [one, other] = await Promise.all([recent.next(), old.next()]);
  while (!one.done || !other.done) {
    const order = one.done ? 1 : other.done ? -1 : sign * compareEvents(one.value, other.value);
    const entry = { ...(order >= 0 ? other.value : {}), ...(order <= 0 ? one.value : {}) };
    yield entry as LogEntry;
    if (order <= 0) one = await recent.next();
    if (order >= 0) other = await old.next();
  }
}

async function* inRedis({ queueRedis, shards }: Deps, appId: string, range: LogRange): AsyncGenerator<LogEntry, void> {
  const { from, to, start, order } = range;
  let cursor: string | undefined;
  do {
    const page = await pageLogged(queueRedis, appId, shards.all, { from, to, order, limit: REFS, cursor });
    for (const ref of page.refs) {
      if (!start || !isPassed(ref, start, order)) yield { at: ref.at, key: ref.key, ref };
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function* inArchive(deps: Deps, appId: string, range: LogRange): AsyncGenerator<LogEntry, void> {
  const { archive } = deps;
  if (!archive) return;
  const { from, to, start, order } = range;
  let after: { at: number; key: string } | undefined;
  do {
    const { events, next } = await asked(deps, archive.page(appId, { from, to, order, after, limit: REFS }));
    for (const archived of events) {
      const { at, key } = archived;
      if (!start || !isPassed(archived, start, order)) yield { at, key, archived };
    }
    if (next && next.key !== events.at(-1)?.key) yield { at: next.at, key: next.key };
    after = next;
  } while (after);
}

/** The recipients of an archived event, one slice at a time, from a position on. */
export async function* archivedSlices(
  deps: Deps,
  archived: ArchivedEvent | undefined,
  order: Affix,
  from: Position | undefined,
): AsyncGenerator<{ number: number; rows: readonly ArchivedRow[] }> {
  if (!deps.archive || !archived) return;
  const step = order === 'append' ? 1 : -1;
  const last = archived.slices - 1;
  const first = order === 'append' ? (from?.slice ?? 0) : Math.min(from?.slice ?? last, last);
  for (let number = first; number >= 0 && number <= last; number += step) {
    yield { number, rows: await asked(deps, deps.archive.rows(archived, number)) };
  }
}

/** @throws FanfareError when the archive does not answer. */
async function asked<T>({ log }: Deps, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'archive.not_read');
    const message = 'the archive cannot be reached; archive=false shows what is still in Redis';
    throw new FanfareError('ERR_UNAVAILABLE', message, { retryAfterS: AWAY_RETRY_S });
  }
}
