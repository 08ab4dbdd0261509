import { conversationId, conversationOf, type EventRef, type EventType, isMessage } from '@fanfare/core';
import {
  cursorAfter,
  type EventState,
  type EventSummary,
  findEvent,
  findMessage,
  pageIndexed,
  readEventStates,
  readSummaries,
} from '@fanfare/ledger';
import type { IngestDeps } from '../deps.ts';
import { isAmong } from '../http/filters.ts';
import { validCursor } from '../http/pages.ts';
import { leaveOut } from './unreadable.ts';

/** Which events to find: all filters given must match; those with several values take any of them. */
export interface EventQuery {
  /** Received at or after, and at or before, epoch ms. */
  from?: number | undefined;
  to?: number | undefined;
  type?: readonly EventType[] | undefined;
  /** uids of those who acted. */
  sender?: readonly string[] | undefined;
  /** Guids of groups, uids of receivers, or ids of conversations. */
  conversation?: readonly string[] | undefined;
  state?: readonly EventState[] | undefined;
  /** Looked up directly, like `messageId`. */
  id?: string | undefined;
  /** Finds the event that sent this message. */
  messageId?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Events found, newest first, and how far the search has come. */
export interface FoundEvents {
  found: EventSummary[];
  /** Events looked at. */
  looked: number;
  /** When the last of them was received, epoch ms. */
  lookedTo?: number;
  /** Continues the search; absent at the end. */
  cursor?: string;
}

/** The most events that one request looks at, and how many are read at a time. */
const MOST = 2000;
const BATCH = 200;

type Deps = Pick<IngestDeps, 'queueRedis' | 'shards' | 'now' | 'log' | 'metrics'>;

/**
 * Finds events of an app that Redis still keeps. An id is looked up; other filters are applied to the list of all
 * events, from the newest back, at most 2,000 per request: a selective filter may find none, with a cursor to continue.
 * @throws FanfareError if the cursor is invalid.
 */
export async function findEvents(deps: Deps, appId: string, query: EventQuery): Promise<FoundEvents> {
  if (query.id !== undefined || query.messageId !== undefined) return lookUp(deps, appId, query);
  const { from, to, limit } = query;
  const found: EventSummary[] = [];
  let { cursor } = query;
  let looked = 0;
  let lookedTo: number | undefined;
  const sofar = () => ({ found, looked, ...(lookedTo === undefined ? {} : { lookedTo }) });
  while (looked < MOST) {
    const search = { from, to, order: 'prepend', cursor, limit: BATCH } as const;
    const page = await validCursor(() => pageIndexed(deps.queueRedis, appId, deps.shards.all, search));
    const summaries = await summariesOf(deps, page.refs, query);
    for (const [i, ref] of page.refs.entries()) {
      const summary = summaries[i];
      looked++;
      lookedTo = ref.at;
      if (summary && isWanted(summary, query)) found.push(summary);
      const isLast = i === page.refs.length - 1 && page.cursor === undefined;
      if (found.length === limit && !isLast) return { ...sofar(), cursor: cursorAfter(ref) };
    }
    cursor = page.cursor;
    if (cursor === undefined) return sofar();
  }
  return { ...sofar(), ...(cursor === undefined ? {} : { cursor }) };
}

/**
 * Summaries of events that may be wanted, by their place in the list. Of a state that few are in, only those are read:
 * most events are done.
 */
async function summariesOf(deps: Deps, refs: readonly EventRef[], { state }: EventQuery) {
  const { queueRedis } = deps;
  if (!state || state.includes('done')) return readSummaries(queueRedis, refs, leaveOut(deps));
  const states = await readEventStates(queueRedis, refs);
  const wanted = refs.filter((_, i) => states[i] && state.includes(states[i]));
  const read = await readSummaries(queueRedis, wanted, leaveOut(deps));
  const summaries = new Map(wanted.map((ref, i) => [ref, read[i]]));
  return refs.map((ref) => summaries.get(ref));
}

/** The one event with an id, or of a message, if it matches the other filters as well. */
async function lookUp(deps: Deps, appId: string, query: EventQuery): Promise<FoundEvents> {
  const { queueRedis, now } = deps;
  const { id, messageId } = query;
  const ref =
    id !== undefined
      ? await findEvent(queueRedis, appId, id, now())
      : (await findMessage(queueRedis, appId, messageId ?? '', now()))?.ref;
  const [summary] = ref ? await readSummaries(queueRedis, [ref], leaveOut(deps)) : [];
  if (!summary) return { found: [], looked: 0 };
  const { receivedAt } = summary.accepted;
  const { from = 0, to = Number.POSITIVE_INFINITY } = query;
  const isInRange = receivedAt >= from && receivedAt <= to;
  return { found: isInRange && isWanted(summary, query) ? [summary] : [], looked: 1, lookedTo: receivedAt };
}

function isWanted({ accepted: { event }, progress }: EventSummary, query: EventQuery): boolean {
  const { messageId } = query;
  return (
    isAmong(event.type, query.type) &&
    isAmong(event.sender.uid, query.sender) &&
    isAmong(progress.state, query.state) &&
    (query.conversation === undefined || namesOf(event).some((name) => query.conversation?.includes(name))) &&
    (messageId === undefined || query.id === undefined || (isMessage(event) && event.message.id === messageId))
  );
}

/** What a conversation may be called: the group or receiver, or the id that payloads show. */
function namesOf(event: EventSummary['accepted']['event']): string[] {
  const conversation = conversationOf(event);
  return conversation ? [conversation.id, conversationId(event.sender.uid, conversation)] : [];
}
