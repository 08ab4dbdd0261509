import { type AcceptedEvent, audienceOf, excludedFrom } from '@fanfare/core';
import { pageMembers, type Recipient, readBlockRelations, readRecipients } from '@fanfare/store';
import type { FanoutDeps } from './deps.ts';

/** The next recipients of an event and where to go on. */
export interface Expansion {
  recipients: Recipient[];
  cursor: string;
  last: boolean;
}

/** A page of the audience, before anybody is left out. */
interface Page {
  uids: string[];
  cursor: string;
  last: boolean;
}

/**
 * The recipients that come after `cursor`, at most a slice of them: the audience in the order of uids, without who
 * acted, who was removed, who is deactivated, and who blocks or is blocked by the sender. A slice may be empty and not
 * the last.
 */
export async function expand(deps: FanoutDeps, accepted: AcceptedEvent, cursor: string): Promise<Expansion> {
  const { appId, event } = accepted;
  const [page, blocks] = await Promise.all([
    audiencePage(deps, accepted, cursor),
    readBlockRelations(deps.registry, appId, event.sender.uid),
  ]);
  const excluded = excludedFrom(event);
  const candidates = page.uids.filter((uid) => !excluded.has(uid) && !blocks.has(uid));
  const recipients = await readRecipients(deps.registry, appId, candidates);
  const { cursor: next, last } = page;
  return { recipients: recipients.filter((recipient) => !recipient.deactivated), cursor: next, last };
}

async function audiencePage(
  { registry, sliceSize }: FanoutDeps,
  { appId, event }: AcceptedEvent,
  cursor: string,
): Promise<Page> {
  const audience = audienceOf(event);
  if (audience.kind === 'none') return { uids: [], cursor, last: true };
  if (audience.kind === 'people') return pageOf(audience.uids, cursor, sliceSize);
  const uids = await pageMembers(registry, appId, audience.guid, cursor, sliceSize);
  return { uids, cursor: uids.at(-1) ?? cursor, last: uids.length < sliceSize };
}

function pageOf(sorted: readonly string[], cursor: string, size: number): Page {
  const from = cursor === '' ? 0 : sorted.findIndex((uid) => uid > cursor);
  if (from === -1) return { uids: [], cursor, last: true };
  const uids = sorted.slice(from, from + size);
  return { uids, cursor: uids.at(-1) ?? cursor, last: from + size >= sorted.length };
}
