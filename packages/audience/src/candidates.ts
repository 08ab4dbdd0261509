import { type AcceptedEvent, type Event, excludedFrom, isNotifying, mutableConversation } from '@fanfare/core';
import { blockedAmong, type Recipient, readRecipients } from '@fanfare/store';
import { type Absence, absenceByEvent } from './absence.ts';
import type { AudienceDeps, AudienceSource, Later, Walk } from './source.ts';

/** A user to decide about. */
export interface Candidate extends Recipient {
  /** The devices the call rang on; undefined: it has not rung for them. */
  rung?: ReadonlySet<string> | undefined;
}

/** The next candidates of an event and where to continue. */
export interface Candidates {
  kind: 'page';
  candidates: Candidate[];
  cursor: string;
  last: boolean;
}

/** Whether a user is a candidate, else why not. `assumed`: only the chat backend knows whether they are a member. */
export type CandidateStanding =
  | { kind: 'candidate'; candidate: Candidate; assumed: boolean }
  | { kind: 'absent'; absence: Absence };

/**
 * The candidates after `cursor`, at most a slice of them, in the order of their source. A slice may be empty without
 * being the last.
 */
export async function nextCandidates(
  deps: AudienceDeps,
  { appId, event }: AcceptedEvent,
  source: AudienceSource,
  walk: Walk,
  cursor: string,
): Promise<Candidates | Later> {
  const page = await source.page(walk, cursor);
  if (page.kind === 'later') return page;
  const { recipients, absenceOf } = await readAll(deps, { appId, event }, page.uids);
  const admitted = recipients.filter((recipient) => absenceOf(recipient) === undefined);
  const { rung } = page;
  const candidates = rung ? admitted.map((one) => ({ ...one, rung: rung.get(one.uid) })) : admitted;
  return { kind: 'page', candidates, cursor: page.cursor, last: page.last };
}

/** Whether one user would be a candidate now. Reads one user, and writes nothing. */
export async function candidateStanding(
  deps: AudienceDeps,
  about: { appId: string; event: Event },
  source: AudienceSource,
  uid: string,
): Promise<CandidateStanding> {
  const certain = absenceByEvent(about.event, uid);
  if (certain) return { kind: 'absent', absence: certain };
  const [standing, { recipients, absenceOf }] = await Promise.all([source.standing(uid), readAll(deps, about, [uid])]);
  const recipient = recipients[0] as Recipient;
  const absence = absenceOf(recipient);
  // Distinguishes an erased user from one who is not a member.
  if (absence === 'erased') return { kind: 'absent', absence };
  if (standing.kind === 'absent') return standing;
  if (absence !== undefined) return { kind: 'absent', absence };
  const rung = standing.kind === 'member' ? standing.rung : undefined;
  return { kind: 'candidate', candidate: { ...recipient, rung }, assumed: standing.kind === 'assumed' };
}

/**
 * Reads the users of a source, except the sender and a user just removed, and which of them are left out: one who is
 * deactivated or erased, and one who blocks or is blocked by the sender.
 */
async function readAll(
  { registry }: AudienceDeps,
  { appId, event }: { appId: string; event: Event },
  uids: readonly string[],
): Promise<{ recipients: Recipient[]; absenceOf: (recipient: Recipient) => Absence | undefined }> {
  const excluded = excludedFrom(event);
  const left = uids.filter((uid) => !excluded.has(uid));
  const conversation = isNotifying(event) ? mutableConversation(event) : undefined;
  const [recipients, blocked] = await Promise.all([
    readRecipients(registry, appId, left, conversation),
    blockedAmong(registry, appId, event.sender.uid, left),
  ]);
  const absenceOf = ({ uid, erased, deactivated }: Recipient): Absence | undefined => {
    if (erased) return 'erased';
    if (deactivated) return 'deactivated';
    return blocked.has(uid) ? 'blocked' : undefined;
  };
  return { recipients, absenceOf };
}
