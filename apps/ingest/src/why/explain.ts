import { pendingOf } from '@fanfare/audience';
import {
  type AcceptedEvent,
  conversationOf,
  type Deadline,
  type Event,
  isCall,
  type Lane,
  type NotificationDetails,
  type NotifyingEvent,
  renderDetails,
} from '@fanfare/core';
import { isSuperseded } from '@fanfare/ledger';
import type { AppBundle } from '@fanfare/store';
import { asAccepted, audienceSizes } from '../accept/accepted-event.ts';
import { completeEvents } from '../accept/complete-events.ts';
import type { IngestDeps } from '../deps.ts';
import { readBundle } from './bundle.ts';
import { type Cast, readCast } from './cast.ts';
import { foresee } from './foresee.ts';
import { absenceSentence } from './sentence-absence.ts';
import { suppressedEnding } from './suppressed.ts';
import { targetWord } from './target-word.ts';
import { type TargetView, viewTargets } from './targets.ts';

/** The possible outcomes for a user. `waiting`: for moderation. `superseded`: its message or ring has changed since. */
export const EXPLAIN_DECISIONS = ['sent', 'suppressed', 'not_in_audience', 'waiting', 'expired', 'superseded'] as const;

/** What would happen to an event for one user. */
export interface Explanation {
  uid: string;
  decision: (typeof EXPLAIN_DECISIONS)[number];
  reason?: string;
  detail?: string;
  targets: TargetView[];
  payload?: NotificationDetails;
  lane: Lane;
  deadline: Deadline;
  sentence: string;
}

/** An event that is tried out for a user. */
interface Trial {
  bundle: AppBundle;
  accepted: AcceptedEvent;
  uid: string;
  cast: Cast;
}

/** The parts of the result that depend on the outcome. */
type Ending = Omit<Explanation, 'uid' | 'lane' | 'deadline' | 'targets'> & { targets?: TargetView[] };

/** What would happen if this event were posted now. Sends and writes nothing. */
export async function explain(deps: IngestDeps, appId: string, posted: Event, uid: string): Promise<Explanation> {
  const [bundle, events] = await Promise.all([readBundle(deps, appId), completeEvents(deps, appId, [posted])]);
  const event = events[0] as Event;
  const [cast, [size]] = await Promise.all([
    readCast(deps.registry, appId, event, uid),
    audienceSizes(deps, bundle.app, [event]),
  ]);
  const accepted = asAccepted(deps, bundle.app, event, size as number);
  const ending = await tryOut(deps, { bundle, accepted, uid, cast });
  const { lane, leaveBy, holdUntil } = accepted;
  const sentence = conditional(ending.sentence);
  return { uid, targets: [], ...ending, sentence, lane, deadline: { leaveBy, holdUntil } };
}

async function tryOut(deps: IngestDeps, { bundle, accepted, uid, cast }: Trial): Promise<Ending> {
  const { appId, event, receivedAt: now } = accepted;
  const pending = await pendingOf(deps, appId, event);
  const foreseen = await foresee(deps, bundle, accepted, uid, pending);
  if (foreseen.kind === 'absent') {
    const { absence } = foreseen;
    return { decision: 'not_in_audience', reason: absence, sentence: absenceSentence(cast.name, absence) };
  }
  const { planned, candidate, assumed, moderation } = foreseen;
  if (planned.kind === 'suppress') {
    const timezone = candidate.timezone ?? bundle.app.settings.timezone;
    return suppressedEnding(event, cast, planned, { timezone, now });
  }
  if (moderation.kind === 'wait') return { decision: 'waiting', sentence: WAITING };
  if (accepted.leaveBy <= now) return { decision: 'expired', sentence: TOO_LATE };
  if (await isSuperseded(deps.queueRedis, appId, event, accepted.key)) {
    return { decision: 'superseded', sentence: isCall(event) ? RING_OVER : MESSAGE_CHANGED };
  }
  const targets = await viewTargets(deps.registry, appId, planned.targets, candidate.devices);
  const provider = planned.targets[0].provider;
  const { settings } = bundle.app;
  const { profiles, recipient } = cast;
  // Absent users are handled above, so the event notifies.
  const payload = renderDetails(event as NotifyingEvent, {
    settings,
    profiles,
    recipient,
    provider,
    unread: planned.unread,
  });
  const words = targets.map(targetWord).join(', ');
  const count = targets.length === 1 ? '1 target' : `${targets.length} targets`;
  const sentence = `Sent to ${cast.name}: ${count} (${words}).`;
  return { decision: 'sent', targets, payload, sentence: sentence + (assumed ? assumption(event, cast) : '') };
}

const WAITING = 'Waits for moderation, at most until the deadline.';
const TOO_LATE = 'Not sent: the deadline has passed.';
const RING_OVER = 'Not sent: the call has ended or was cancelled.';
const MESSAGE_CHANGED = 'Not sent: the message has since been edited or deleted.';

function assumption(event: Event, { name }: Cast): string {
  const conversation = conversationOf(event);
  if (!conversation) return '';
  return ` Only the chat backend knows whether ${name} is a member of ${conversation.id}; this assumes so.`;
}

/** Turns a sentence about what happened into one about what would happen. */
const conditional = (sentence: string): string =>
  sentence
    .replace(/^Not sent/, 'Would not be sent')
    .replace(/^Sent/, 'Would be sent')
    .replace(/^Waits/, 'Would wait');
