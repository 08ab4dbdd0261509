import { type AcceptedEvent, type Event, excludedFrom, isNotifying, mutableConversation } from '@fanfare/core';
import { blockedAmong, type Recipient, readRecipients, touchUsers } from '@fanfare/store';
import { type Absence, absenceByEvent } from './absence.ts';
import { APPLIED, type Pending } from './effects.ts';
import type { AudienceDeps, AudienceSource, Later, Walk } from './source.ts';

/** A user about whom the decision is asked. */
export interface Candidate extends Recipient {
  /** The devices that the call rang on; undefined: it has not rung for them. */
  rung: ReadonlySet<string> | undefined;
}

/** The next candidates of an event and where to go on. */
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

/** A user of a source, admitted or left out. */
type Admission = { recipient: Recipient; absence: Absence | undefined };

/**
 * The candidates that come after `cursor`, at most a slice of them, in the order of their source. A slice may be empty
 * and not the last. Users whom the chat backend names for the first time are made known.
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
  const admissions = await admit(deps, { appId, event, pending: APPLIED }, source, page.uids);
  const admitted = admissions.flatMap(({ recipient, absence }) => (absence === undefined ? [recipient] : []));
  const unknown = admitted.flatMap(({ known, uid }) => (known ? [] : [uid]));
  if (unknown.length > 0) await touchUsers(deps.registry, appId, unknown, walk.now());
  const candidates = admitted.map((recipient) => ({ ...recipient, rung: page.rung?.get(recipient.uid) }));
  return { kind: 'page', candidates, cursor: page.cursor, last: page.last };
}

/** Whether one user would be among the candidates, were they found now. Reads one user, and writes nothing. */
export async function candidateStanding(
  deps: AudienceDeps,
  about: { appId: string; event: Event; pending: Pending },
  source: AudienceSource,
  uid: string,
): Promise<CandidateStanding> {
  const certain = absenceByEvent(about.event, uid);
  if (certain) return { kind: 'absent', absence: certain };
  const [standing, [admission]] = await Promise.all([source.standing(uid), admit(deps, about, source, [uid])]);
  const { recipient, absence } = admission as Admission;
  // A user who does not exist is told apart from one who is no member.
  if (absence === 'unknown') return { kind: 'absent', absence };
  if (standing.kind === 'absent') return standing;
  if (absence !== undefined) return { kind: 'absent', absence };
  const rung = standing.kind === 'member' ? standing.rung : undefined;
  return { kind: 'candidate', candidate: { ...recipient, rung }, assumed: standing.kind === 'assumed' };
}

/**
 * Admits the users of a source: not the sender, a user just removed, one who is deactivated or erased, or one who blocks
 * or is blocked by the sender.
 */
async function admit(
  { registry }: AudienceDeps,
  { appId, event, pending }: { appId: string; event: Event; pending: Pending },
  source: AudienceSource,
  uids: readonly string[],
): Promise<Admission[]> {
  const excluded = excludedFrom(event);
  const left = uids.filter((uid) => !excluded.has(uid));
  const conversation = isNotifying(event) ? mutableConversation(event) : undefined;
  const [recipients, blocked] = await Promise.all([
    readRecipients(registry, appId, left, conversation),
    blockedAmong(registry, appId, event.sender.uid, left),
  ]);
  const exists = ({ known, uid }: Recipient) => known || source.isPulled === true || pending.known.has(uid);
  return recipients.map((recipient) => ({
    recipient,
    absence: !exists(recipient)
      ? 'unknown'
      : recipient.deactivated
        ? 'deactivated'
        : blocked.has(recipient.uid)
          ? 'blocked'
          : undefined,
  }));
}
