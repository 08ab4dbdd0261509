import type { ArchivedEvent, ArchivedRow } from '@fanfare/archive';
import { type AcceptedEvent, type EventRef, eventKeyTime, type LogFacts, logFacts } from '@fanfare/core';
import {
  eventKeyIn,
  type LogRow,
  readCursor,
  readEvent,
  readSlice,
  rowsOf,
  UnreadableRecordError,
} from '@fanfare/ledger';
import type { IngestDeps } from '../deps.ts';
import { archivedSlices, entriesOf, type LogEntry, type LogRange } from './log-entries.ts';
import { type Affix, decodePosition, endOf, type Position } from './log-position.ts';
import { eventWanted, type LogQuery, rowWanted } from './log-query.ts';
import { leaveOut } from './unreadable.ts';

/** A matching row, with its event and position. */
export interface FoundRow {
  row: LogRow | ArchivedRow;
  /** Its event: where Redis has it, or as the archive has it. */
  ref?: EventRef | undefined;
  archived?: ArchivedEvent;
  facts: LogFacts;
  position: Position;
}

/** One page of the log. */
export interface FoundPage {
  found: FoundRow[];
  /** Where the next page starts; absent at the end of the log. */
  stoppedAt?: Position;
}

/**
 * The budget of one request. Skipping an event costs 1, reading it 10, reading one of its slices (a few hundred
 * recipients) 100, and a read of the archive that finds no event 1000.
 */
const BUDGET = 5000;
const SKIP_COST = 1;
const EVENT_COST = 10;
const SLICE_COST = 100;
const EMPTY_COST = 1000;

type Deps = Pick<IngestDeps, 'queueRedis' | 'shards' | 'archive' | 'log' | 'metrics'>;

/** A step of the walk: the position reached, its cost, and the row there if it matches. */
interface Step {
  position: Position;
  cost: number;
  found?: FoundRow;
}

/**
 * Reads rows of an app's log from a cursor until the page is full or the budget is spent. A selective filter may yield
 * few rows or none, with a cursor to continue. Keeps one slice and the page in memory.
 * @throws FanfareError if the cursor is invalid.
 */
export async function walkLog(deps: Deps, appId: string, query: LogQuery): Promise<FoundPage> {
  const found: FoundRow[] = [];
  let spent = 0;
  for await (const step of walk(deps, appId, query)) {
    const last = found.at(-1);
    if (step.found && last && found.length === query.limit) return { found, stoppedAt: last.position };
    if (step.found) found.push(step.found);
    spent += step.cost;
    if (spent >= BUDGET) return { found, stoppedAt: step.position };
  }
  return { found };
}

async function* walk(deps: Deps, appId: string, query: LogQuery): AsyncGenerator<Step> {
  const from = query.cursor === undefined ? undefined : decodePosition(query.cursor);
  const keys = query.logId && new Set(query.logId.map(eventKeyIn));
  const range = rangeOf(query, from);
  if (!range) return;
  for await (const entry of entriesOf(query.archive ? deps : { ...deps, archive: undefined }, appId, range)) {
    const end = endOf(entry, query.affix);
    if (!entry.ref && !entry.archived) {
      yield { position: end, cost: EMPTY_COST };
      continue;
    }
    if (keys && !keys.has(entry.key)) {
      yield { position: end, cost: SKIP_COST };
      continue;
    }
    yield* walkEvent(deps, entry, query, from?.key === entry.key ? from : undefined);
    yield { position: end, cost: EVENT_COST };
  }
}

/** The times that a query covers; undefined if it covers none. */
function rangeOf({ from, to, affix, logId }: LogQuery, start: Position | undefined): LogRange | undefined {
  const times = logId?.flatMap((id) => timeIn(id) ?? []);
  if (times?.length === 0) return undefined;
  const low = [from, start && affix === 'append' ? start.at : undefined, times && Math.min(...times)];
  const high = [to, start && affix === 'prepend' ? start.at : undefined, times && Math.max(...times)];
  const upper = Math.min(...high.filter((time) => time !== undefined));
  return {
    from: Math.max(0, ...low.filter((time) => time !== undefined)),
    to: Number.isFinite(upper) ? upper : undefined,
    start,
    order: affix,
  };
}

/** When the event of a row id was received; undefined if the id is invalid. */
function timeIn(logId: string): number | undefined {
  const time = eventKeyTime(eventKeyIn(logId) ?? '');
  return Number.isSafeInteger(time) ? time : undefined;
}

/** An event; undefined if its record has expired or cannot be decoded. */
async function readableEvent(deps: Deps, ref: EventRef): Promise<AcceptedEvent | undefined> {
  try {
    return await readEvent(deps.queueRedis, ref);
  } catch (error) {
    if (!(error instanceof UnreadableRecordError)) throw error;
    leaveOut(deps)(ref, error);
    return undefined;
  }
}

async function* walkEvent(
  deps: Deps,
  { at, key, ref, archived }: LogEntry,
  query: LogQuery,
  from: Position | undefined,
): AsyncGenerator<Step> {
  const accepted = ref && (await readableEvent(deps, ref));
  const facts = accepted ? logFacts(accepted) : archived?.facts;
  if (!facts || !eventWanted(facts, query)) return;
  const source = accepted ? { ref } : archived && { archived };
  const slices =
    accepted && ref
      ? slicesOf(deps.queueRedis, ref, query.affix, from)
      : archivedSlices(deps, archived, query.affix, from);
  for await (const { number, rows } of slices) {
    const seen = from?.slice === number ? from.row : undefined;
    for (const [index, row] of inOrder(rows, query.affix, seen)) {
      const position = { at, key, slice: number, row: index };
      yield { position, cost: 0, ...(rowWanted(row, query) ? { found: { row, ...source, facts, position } } : {}) };
    }
    const row = query.affix === 'append' ? Number.MAX_SAFE_INTEGER : -1;
    yield { position: { at, key, slice: number, row }, cost: SLICE_COST };
  }
}

/** The planned slices of an event from a position on; if planning is under way, those planned so far. */
export async function* slicesOf(
  queueRedis: Deps['queueRedis'],
  ref: EventRef,
  affix: Affix,
  from: Position | undefined,
): AsyncGenerator<{ number: number; rows: readonly LogRow[] }> {
  const planned = (await readCursor(queueRedis, ref))?.slice ?? 0;
  const step = affix === 'append' ? 1 : -1;
  // One more slice than the cursor shows may have been planned.
  const first = affix === 'append' ? (from?.slice ?? 0) : Math.min(from?.slice ?? planned, planned);
  for (let number = first; number >= 0 && number <= planned; number += step) {
    const slice = await readSlice(queueRedis, ref, number);
    if (slice) yield { number, rows: await rowsOf(queueRedis, ref, slice) };
  }
}

/** Numbered rows in walk order, starting after the one already seen. */
function inOrder(
  rows: readonly (LogRow | ArchivedRow)[],
  affix: Affix,
  seen: number | undefined,
): [number, LogRow | ArchivedRow][] {
  // An archived slice may lack rows, of users who were erased.
  const numbered = rows.map((row, i): [number, LogRow | ArchivedRow] => ['index' in row ? row.index : i, row]);
  if (affix === 'append') return numbered.filter(([index]) => seen === undefined || index > seen);
  return numbered.reverse().filter(([index]) => seen === undefined || index < seen);
}
