import { type AcceptedEvent, type Lane, publicAppId } from '@fanfare/core';
import type { MembershipEndpoint, MembershipPage } from '@fanfare/providers';
import type { AudienceSource, Later, Page, Walk } from '../source.ts';
import { decodePosition, encodeEnd, encodePosition, nextPage, type WalkPosition } from './pulled-cursor.ts';

/** How soon to ask again, in ms: the longer the event has waited, the later. */
const SHORTEST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** A million members at a hundred per page: a backend that returns more pages is assumed to be endless. */
const MAX_PAGES = 10_000;

type Answer = Extract<MembershipPage, { kind: 'page' }>;
type Endpoint = MembershipEndpoint & { guid: string };

/**
 * The members of a group as the chat backend lists them, page by page, and within a page in the order of their uids: a
 * page that is read again resumes after the same user, even if members have joined or left. A backend that does not
 * answer is retried until the event is too late; the audience is then what was returned so far, as it is when pages
 * never end.
 */
export function pulledSource(accepted: AcceptedEvent, { guid, ...endpoint }: Endpoint): AudienceSource {
  const { appId, event, leaveBy } = accepted;
  const about = { appId: publicAppId(appId), guid, eventId: event.id };
  const ask = asking(endpoint, { appId, guid, lane: accepted.lane });
  return {
    group: guid,
    isPulled: true,
    page: async (walk, cursor) => {
      const cutShort = (reason: string): void => walk.log.warn({ ...about, reason }, 'membership.cut_short');
      const end = (reason: string): Page => {
        cutShort(reason);
        return { kind: 'page', uids: [], cursor, last: true };
      };
      const position = decodePosition(cursor);
      if (walk.now() >= leaveBy) return end('too_late');
      if (!position) return end('source_changed');
      const answer = await ask(walk, position.cursor);
      if (answer.kind === 'page') return sliceOf(answer, position, walk.sliceSize, cutShort);
      if (answer.kind === 'failed') walk.log.warn({ ...about, reason: answer.reason }, 'membership.not_read');
      return walk.now() >= leaveBy ? end('too_late') : later(walk, accepted, answer);
    },
    standing: async () => ({ kind: 'assumed' }),
  };
}

/** The members of a group that cannot be requested, because the secret that signs the request cannot be decrypted. */
export const unreadableSource = ({ appId, event }: AcceptedEvent, guid: string): AudienceSource => ({
  group: guid,
  isPulled: true,
  page: async ({ log }) => {
    log.error(
      { appId: publicAppId(appId), guid, eventId: event.id, reason: 'secret_unreadable' },
      'membership.not_read',
    );
    return { kind: 'later', retryInMs: LONGEST_RETRY_MS };
  },
  standing: async () => ({ kind: 'assumed' }),
});

/** Requests pages and keeps the last one: a page larger than a slice is requested once a turn. */
function asking(endpoint: MembershipEndpoint, about: { appId: string; guid: string; lane: Lane }) {
  let last: { cursor: string; answer: Answer } | undefined;
  return async ({ membership }: Walk, cursor: string): Promise<MembershipPage> => {
    if (last?.cursor === cursor) return last.answer;
    const answer = await membership.page(endpoint, { ...about, cursor });
    if (answer.kind === 'page') last = { cursor, answer };
    return answer;
  };
}

/** The next users of a page, and where to continue: on the same page, on the next, or nowhere. */
function sliceOf(answer: Answer, position: WalkPosition, size: number, cutShort: (reason: string) => void): Page {
  const left = answer.members.filter((uid) => uid > position.after).sort();
  const uids = left.slice(0, size);
  const here = { ...position, size: position.size + uids.length, after: uids.at(-1) ?? position.after };
  if (left.length > size) return { kind: 'page', uids, cursor: encodePosition(here), last: false };
  if (answer.cursor === undefined) return { kind: 'page', uids, cursor: encodeEnd(here.size), last: true };
  const next = nextPage(here, answer.cursor);
  if (next && next.pages < MAX_PAGES) return { kind: 'page', uids, cursor: encodePosition(next), last: false };
  cutShort(next ? 'too_many_pages' : 'cursor_repeats');
  return { kind: 'page', uids, cursor: encodePosition(here), last: true };
}

/** When to ask again; not after the event's deadline, at which it ends. */
function later(
  { now, random }: Walk,
  { receivedAt, leaveBy }: AcceptedEvent,
  answer: Exclude<MembershipPage, Answer>,
): Later {
  const age = now() - receivedAt;
  const wait = answer.kind === 'later' ? Math.max(answer.inMs, age / 20) : Math.max(SHORTEST_RETRY_MS, age / 5);
  const jittered = Math.min(LONGEST_RETRY_MS, wait) * (1 + random() / 2);
  return { kind: 'later', retryInMs: Math.max(1, Math.ceil(Math.min(jittered, leaveBy - now()))) };
}
