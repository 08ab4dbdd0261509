import type { AcceptedEvent, Lane } from '@fanfare/core';
import type { MembershipEndpoint, MembershipPage } from '@fanfare/providers';
import type { FanoutDeps } from '../deps.ts';
import { decodePlace, encodeEnd, encodePlace, nextPage, type Place } from './pulled-cursor.ts';
import type { AudienceSource, Later, Page } from './source.ts';

/** How soon to ask again, in ms: the longer the event has waited, the later. */
const SHORTEST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** A million members at a hundred a page: whoever gives more pages than that does not mean to end. */
const MAX_PAGES = 10_000;

type Deps = Pick<FanoutDeps, 'membership' | 'log' | 'now' | 'random' | 'sliceSize'>;
type Answer = Extract<MembershipPage, { kind: 'page' }>;

/**
 * The members of a group as the chat backend tells them, page by page, and of each page in the order of their uids: a
 * page that is asked for again goes on after the same person, whoever has come or gone. A backend that does not answer
 * is asked again until the event is too late; then, and when the pages never end, the audience is who was told so far.
 */
export function pulledSource(
  deps: Deps,
  accepted: AcceptedEvent,
  { guid, ...endpoint }: MembershipEndpoint & { guid: string },
): AudienceSource {
  const { appId, event, leaveBy } = accepted;
  const about = { appId, guid, eventId: event.id };
  const ask = asking(deps, endpoint, { guid, lane: accepted.lane });
  const cutShort = (reason: string): void => deps.log.warn({ ...about, reason }, 'membership.cut_short');
  return {
    group: guid,
    pulledGroup: guid,
    page: async (cursor) => {
      const place = decodePlace(cursor);
      const late = deps.now() >= leaveBy;
      if (!place || late) {
        cutShort(late ? 'too_late' : 'source_changed');
        return { uids: [], cursor, last: true };
      }
      const answer = await ask(place.cursor);
      if (answer.kind === 'page') return sliceOf(answer, place, deps.sliceSize, cutShort);
      if (answer.kind === 'failed') deps.log.warn({ ...about, reason: answer.reason }, 'membership.not_read');
      return later(deps, accepted, answer);
    },
  };
}

/** The members of a group that cannot be asked for, because the secret to sign the question with cannot be read. */
export const unreadableSource = ({ log }: Deps, { appId, event }: AcceptedEvent, guid: string): AudienceSource => ({
  group: guid,
  pulledGroup: guid,
  page: async () => {
    log.error({ appId, guid, eventId: event.id, reason: 'secret_unreadable' }, 'membership.not_read');
    return { retryInMs: LONGEST_RETRY_MS };
  },
});

/** Asks for pages and keeps the last one: one that is larger than a slice is asked for once a turn. */
function asking({ membership }: Deps, endpoint: MembershipEndpoint, about: { guid: string; lane: Lane }) {
  let last: { cursor: string; answer: Answer } | undefined;
  return async (cursor: string): Promise<MembershipPage> => {
    if (last?.cursor === cursor) return last.answer;
    const answer = await membership.page(endpoint, { ...about, cursor });
    if (answer.kind === 'page') last = { cursor, answer };
    return answer;
  };
}

/** The next people of a page, and where to go on: on the same page, on the next, or nowhere. */
function sliceOf(answer: Answer, place: Place, size: number, cutShort: (reason: string) => void): Page {
  const left = answer.members.filter((uid) => uid > place.after).sort();
  const uids = left.slice(0, size);
  const here = { ...place, size: place.size + uids.length, after: uids.at(-1) ?? place.after };
  if (left.length > size) return { uids, cursor: encodePlace(here), last: false };
  if (answer.cursor === undefined) return { uids, cursor: encodeEnd(here.size), last: true };
  const next = nextPage(here, answer.cursor);
  if (next && next.pages < MAX_PAGES) return { uids, cursor: encodePlace(next), last: false };
  cutShort(next ? 'too_many_pages' : 'cursor_repeats');
  return { uids, cursor: encodePlace(here), last: true };
}

/** When to ask again; not after the event is too late, for that is when it ends. */
function later(
  { now, random }: Deps,
  { receivedAt, leaveBy }: AcceptedEvent,
  answer: Exclude<MembershipPage, Answer>,
): Later {
  const age = now() - receivedAt;
  const wait = answer.kind === 'later' ? Math.max(answer.inMs, age / 20) : Math.max(SHORTEST_RETRY_MS, age / 5);
  const jittered = Math.min(LONGEST_RETRY_MS, wait) * (1 + random() / 2);
  return { retryInMs: Math.max(1, Math.ceil(Math.min(jittered, leaveBy - now()))) };
}
