import {
  audienceOf,
  type Event,
  excludedFrom,
  isCall,
  isNotifying,
  isReaction,
  membershipChange,
  mutableConversation,
  type NotifyingEvent,
  peopleIn,
} from '@fanfare/core';
import { countedBesides, findCall, findReached, originalOf, rungFor, rungOn } from '@fanfare/ledger';
import { type App, blockedAmong, membersAmong, type Recipient, readRecipients } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { IngestDeps } from '../deps.ts';
import type { Absence } from './absence.ts';

/** Where a person stands towards an event, were its recipients found now. */
type Standing = { absence: Absence } | Present;

interface Present {
  /** On which of their devices the call rang; undefined: it has not rung for them. */
  rung?: ReadonlySet<string> | undefined;
  /** The group that is walked, whose size the app may limit. */
  guid?: string;
  /** Its members are the chat backend's to tell: this one was taken for a member. */
  assumed?: true;
}

/** Somebody whom the decision would be asked about. */
export interface Candidate extends Present {
  event: NotifyingEvent;
  recipient: Recipient;
}

/**
 * Whether a person would be asked about when the fan-out found the recipients of this event now, else why not. Looks
 * at one person where the fan-out walks all, by the same rules; writes nothing and asks nobody outside.
 */
export async function candidacy(
  deps: Pick<IngestDeps, 'registry' | 'queueRedis'>,
  app: App,
  event: Event,
  uid: string,
): Promise<Candidate | { absence: Absence }> {
  const certain = absenceByEvent(event, uid);
  if (certain) return { absence: certain };
  if (!isNotifying(event)) return { absence: 'notifies_nobody' };
  const { registry } = deps;
  const [standing, blocks, [recipient]] = await Promise.all([
    standingOf(deps, app, event, uid),
    blockedAmong(registry, app.appId, event.sender.uid, [uid]),
    readRecipients(registry, app.appId, [uid], mutableConversation(event)),
  ]);
  const { known, deactivated } = recipient as Recipient;
  // Whom an event names exists from then on, and whom the chat backend tells as a member.
  if (!known && !peopleIn(event).has(uid) && !('assumed' in standing)) return { absence: 'unknown' };
  if ('absence' in standing) return standing;
  if (deactivated) return { absence: 'deactivated' };
  if (blocks.has(uid)) return { absence: 'blocked' };
  return { ...standing, event, recipient: recipient as Recipient };
}

/** Why a person cannot be a recipient whatever else is known; undefined when they can. */
export function absenceByEvent(event: Event, uid: string): Absence | undefined {
  if (!isNotifying(event)) return 'notifies_nobody';
  if (excludedFrom(event).has(uid)) return uid === event.sender.uid ? 'sender' : 'removed';
  return event.recipients && !event.recipients.includes(uid) ? 'not_named' : undefined;
}

/** Of a person whom the event names, or of the two of a 1:1. Who answered a call counts if it rang for them. */
async function namedStanding(queueRedis: Redis, appId: string, event: NotifyingEvent, uid: string): Promise<Standing> {
  const rung = isCall(event)
    ? await rungFor(queueRedis, await findCall(queueRedis, appId, event.call.sessionId), uid)
    : undefined;
  if (uid === event.sender.uid && !rung) return { absence: 'sender' };
  const named = event.recipients !== undefined || uid === event.sender.uid || uid === event.conversation.id;
  return named ? { rung } : { absence: 'not_a_member' };
}

async function standingOf(
  { registry, queueRedis }: Pick<IngestDeps, 'registry' | 'queueRedis'>,
  { appId, settings }: App,
  event: NotifyingEvent,
  uid: string,
): Promise<Standing> {
  const original = await originalOf(queueRedis, appId, event);
  if (original === 'unknown') return { absence: 'original_unknown' };
  if (original) {
    const reached = await findReached(queueRedis, original, uid, countedBesides(event));
    return reached ? { rung: rungOn(reached.targets) } : { absence: 'not_reached' };
  }
  const { conversation, recipients } = event;
  if (recipients || conversation.type === 'user') return namedStanding(queueRedis, appId, event, uid);
  const { kind } = audienceOf(event, settings);
  if (isReaction(event) && kind !== 'group' && event.reaction.messageSender === uid) return {};
  // Of a reaction few are looked at; the decision about the others is the same "no", and says why.
  const walked = kind === 'group' || (kind === 'reaction' && settings.membership !== undefined);
  const group = walked ? { guid: conversation.id } : {};
  if (settings.membership) return { ...group, assumed: true };
  if (membershipChange(event).add.includes(uid)) return group;
  const [member] = await membersAmong(registry, appId, conversation.id, [uid]);
  return member === undefined ? { absence: 'not_a_member' } : group;
}
