import { type AcceptedEvent, excludedFrom, isNotifying, mutableConversation } from '@fanfare/core';
import { blockedAmong, type Recipient, readRecipients, touchUsers } from '@fanfare/store';
import type { AudienceSource, Later, Page } from './audience/source.ts';
import type { FanoutDeps } from './deps.ts';

/** Somebody who may be told of the event. */
export interface Candidate extends Recipient {
  /** On which of their devices the call rang; undefined: it has not rung for them. */
  rung: ReadonlySet<string> | undefined;
}

/** The next recipients of an event and where to go on. */
export interface Expansion {
  recipients: Candidate[];
  cursor: string;
  last: boolean;
}

/**
 * The recipients that come after `cursor`, at most a slice of them: the audience in the order of its source, without
 * who acted, who was removed, who is deactivated or has been erased, and who blocks or is blocked by the sender. A slice
 * may be empty and not the last.
 */
export async function expand(
  deps: FanoutDeps,
  accepted: AcceptedEvent,
  source: AudienceSource,
  cursor: string,
): Promise<Expansion | Later> {
  const { appId, event } = accepted;
  const page = await source.page(cursor);
  if ('retryInMs' in page) return page;
  const excluded = excludedFrom(event);
  const candidates = page.uids.filter((uid) => !excluded.has(uid));
  const conversation = isNotifying(event) ? mutableConversation(event) : undefined;
  const [read, blocked] = await Promise.all([
    readRecipients(deps.registry, appId, candidates, conversation),
    blockedAmong(deps.registry, appId, event.sender.uid, candidates),
  ]);
  const found = read.filter(({ uid }) => !blocked.has(uid));
  const recipients = source.pulledGroup === undefined ? found.filter(({ known }) => known) : found;
  await makeKnown(deps, appId, recipients);
  return withRung(page, recipients);
}

/** People the chat backend named for the first time. All others were made known when their event was accepted. */
async function makeKnown({ registry, now }: FanoutDeps, appId: string, recipients: readonly Recipient[]) {
  const unknown = recipients.flatMap(({ known, uid }) => (known ? [] : [uid]));
  if (unknown.length > 0) await touchUsers(registry, appId, unknown, now());
}

const withRung = ({ cursor, last, rung }: Page, recipients: readonly Recipient[]): Expansion => ({
  recipients: recipients
    .filter((recipient) => !recipient.deactivated)
    .map((recipient) => ({ ...recipient, rung: rung?.get(recipient.uid) })),
  cursor,
  last,
});
