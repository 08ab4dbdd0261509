import { eventKeyTime, type LogFacts, logFacts } from '@fanfare/core';
import {
  eventKeyIn,
  type LoggedRef,
  type LogRow,
  type PlannedSlice,
  pageLogged,
  readCursor,
  readEvent,
  readSlice,
  rowsOf,
} from '@fanfare/ledger';
import type { IngestDeps } from '../deps.ts';
import { type Affix, decodePosition, endOf, isPassed, type Position } from './log-position.ts';
import { eventWanted, type LogQuery, rowWanted } from './log-query.ts';

/** A matching row, with its event and position. */
export interface FoundRow {
  row: LogRow;
  ref: LoggedRef;
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
 * The budget of one request. Skipping an event costs 1, reading it 10, and reading one of its slices (a few hundred
 * recipients) 100.
 */
const BUDGET = 5000;
const SKIP_COST = 1;
const EVENT_COST = 10;
const SLICE_COST = 100;

/** Events listed per read. */
const REFS = 100;

type Deps = Pick<IngestDeps, 'queueRedis' | 'config'>;

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
  for await (const ref of refsOf(deps, appId, query, from)) {
    const end = endOf(ref, query.affix);
    if (keys && !keys.has(ref.key)) {
      yield { position: end, cost: SKIP_COST };
      continue;
    }
    yield* walkEvent(deps, ref, query, from?.key === ref.key ? from : undefined);
    yield { position: end, cost: EVENT_COST };
  }
}

/** The logged events that may have matching rows, in walk order. */
async function* refsOf(
  { queueRedis, config }: Deps,
  appId: string,
  { from, to, affix, logId }: LogQuery,
  start: Position | undefined,
): AsyncGenerator<LoggedRef> {
  const times = logId?.flatMap((id) => timeIn(id) ?? []);
  if (times?.length === 0) return;
  const lower = Math.max(from ?? 0, ...(start && affix === 'append' ? [start.at] : []), times ? Math.min(...times) : 0);
  const uppers = [to, start && affix === 'prepend' ? start.at : undefined, times && Math.max(...times)];
  const upper = Math.min(...uppers.filter((time) => time !== undefined));
  const range = { from: lower, to: Number.isFinite(upper) ? upper : undefined, limit: REFS, order: affix };
  let cursor: string | undefined;
  do {
    const page = await pageLogged(queueRedis, appId, config.QUEUE_SHARDS, { ...range, cursor });
    for (const ref of page.refs) if (!start || !isPassed(ref, start, affix)) yield ref;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** When the event of a row id was received; undefined if the id is invalid. */
function timeIn(logId: string): number | undefined {
  const time = eventKeyTime(eventKeyIn(logId) ?? '');
  return Number.isSafeInteger(time) ? time : undefined;
}

async function* walkEvent(
  { queueRedis }: Deps,
  ref: LoggedRef,
  query: LogQuery,
  from: Position | undefined,
): AsyncGenerator<Step> {
  const accepted = await readEvent(queueRedis, ref);
  if (!accepted) return;
  const facts = logFacts(accepted);
  if (!eventWanted(facts, query)) return;
  for await (const { number, slice } of slicesOf(queueRedis, ref, query.affix, from)) {
    const seen = from?.slice === number ? from.row : undefined;
    for (const [index, row] of inOrder(await rowsOf(queueRedis, ref, slice), query.affix, seen)) {
      const position = { at: ref.at, key: ref.key, slice: number, row: index };
      yield { position, cost: 0, ...(rowWanted(row, query) ? { found: { row, ref, facts, position } } : {}) };
    }
    const row = query.affix === 'append' ? Number.MAX_SAFE_INTEGER : -1;
    yield { position: { at: ref.at, key: ref.key, slice: number, row }, cost: SLICE_COST };
  }
}

/** The planned slices of an event from a position on; if planning is under way, those planned so far. */
async function* slicesOf(
  queueRedis: Deps['queueRedis'],
  ref: LoggedRef,
  affix: Affix,
  from: Position | undefined,
): AsyncGenerator<{ number: number; slice: PlannedSlice }> {
  const planned = (await readCursor(queueRedis, ref))?.slice ?? 0;
  const step = affix === 'append' ? 1 : -1;
  // One more slice than the cursor shows may have been planned.
  const first = affix === 'append' ? (from?.slice ?? 0) : Math.min(from?.slice ?? planned, planned);
  for (let number = first; number >= 0 && number <= planned; number += step) {
    const slice = await readSlice(queueRedis, ref, number);
    if (slice) yield { number, slice };
  }
}

/** Numbered rows in walk order, starting after the one already seen. */
function inOrder(rows: readonly LogRow[], affix: Affix, seen: number | undefined): [number, LogRow][] {
  const numbered = [...rows.entries()];
  if (affix === 'append') return numbered.filter(([index]) => seen === undefined || index > seen);
  return numbered.reverse().filter(([index]) => seen === undefined || index < seen);
}
