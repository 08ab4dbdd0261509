import type { Deadline, Event, Lane, NotificationDetails } from '@fanfare/core';
import type { AppBundle } from '@fanfare/store';
import { completeEvents } from '../accept/complete-events.ts';
import type { IngestDeps } from '../deps.ts';
import { absenceSentence } from './absence.ts';
import { readBundle } from './bundle.ts';
import { type Candidate, candidacy } from './candidacy.ts';
import { decideOne } from './decide.ts';
import { detailsFor } from './details.ts';
import { moderationNow } from './moderation.ts';
import { type Cast, readCast } from './profiles.ts';
import { suppressedVerdict } from './suppressed.ts';
import { type TargetView, targetWord, viewTargets } from './targets.ts';
import { routeOf, staleness } from './timeliness.ts';

/** How an event would end for a person; a waiting one is held for moderation, the last two are of one that nobody need hear of any more. */
export const DRY_DECISIONS = ['sent', 'suppressed', 'not_in_audience', 'waiting', 'expired', 'superseded'] as const;

/** What would happen to one event for one person. */
export interface DryRun {
  uid: string;
  decision: (typeof DRY_DECISIONS)[number];
  reason?: string;
  detail?: string;
  targets: TargetView[];
  payload?: NotificationDetails;
  lane: Lane;
  deadline: Deadline;
  sentence: string;
}

/** An event that is being tried out for a person. */
interface Trial {
  bundle: AppBundle;
  event: Event;
  uid: string;
  now: number;
  cast: Cast;
  deadline: Deadline;
}

/** What differs between the ways a trial can end. */
type Verdict = Omit<DryRun, 'uid' | 'lane' | 'deadline' | 'targets'> & { targets?: TargetView[] };

/** What would happen, were this event posted now; sends nothing, and writes nothing. */
export async function dryRun(deps: IngestDeps, appId: string, posted: Event, uid: string): Promise<DryRun> {
  const now = deps.now();
  const [bundle, events] = await Promise.all([readBundle(deps, appId), completeEvents(deps, appId, [posted])]);
  const event = events[0] as Event;
  const [cast, { lane, deadline }] = await Promise.all([
    readCast(deps.registry, appId, event, uid),
    routeOf(deps, bundle.app, event, now),
  ]);
  const verdict = await judge(deps, { bundle, event, uid, now, cast, deadline });
  return { uid, targets: [], ...verdict, sentence: conditional(verdict.sentence), lane, deadline };
}

async function judge(deps: IngestDeps, trial: Trial): Promise<Verdict> {
  const { bundle, event, uid, now, cast } = trial;
  const candidate = await candidacy(deps, bundle.app, event, uid);
  if ('absence' in candidate) {
    const { absence } = candidate;
    return { decision: 'not_in_audience', reason: absence, sentence: absenceSentence(cast.name, absence) };
  }
  const moderation = await moderationNow(deps, bundle.app, event, false);
  const planned = await decideOne(deps, bundle, candidate, now, moderation);
  if ('suppressed' in planned) {
    const timezone = candidate.recipient.timezone ?? bundle.app.settings.timezone;
    return suppressedVerdict(event, cast, planned, { timezone, now });
  }
  if (moderation.kind === 'wait') return { decision: 'waiting', sentence: WAITING };
  const stale = await staleness(deps, bundle.app.appId, event, { leaveBy: trial.deadline.leaveBy, now });
  if (stale) return { decision: stale, sentence: STALE[stale] };
  const [targets, payload] = await Promise.all([
    viewTargets(deps.registry, bundle.app.appId, planned.targets, candidate.recipient.devices),
    detailsFor(deps.registry, bundle.app, candidate.event, cast, planned.targets[0]?.provider ?? 'custom'),
  ]);
  const words = targets.map(targetWord).join(', ');
  const sentence = `Sent to ${cast.name}: ${targets.length === 1 ? '1 target' : `${targets.length} targets`} (${words}).`;
  return { decision: 'sent', targets, payload, sentence: sentence + assumption(candidate, cast) };
}

const WAITING = 'Waits for the verdict of moderation, at most until the deadline.';

const STALE = {
  expired: 'Not sent: it is too late, the deadline has passed.',
  superseded: 'Not sent: the call has ended or was given up.',
};

const assumption = ({ assumed, event }: Candidate, { name }: Cast): string =>
  assumed
    ? ` Whether ${name} is a member of ${event.conversation.id} is for the chat backend to say; it was assumed.`
    : '';

/** The sentences are about what was; a dry run says what would be. */
const conditional = (sentence: string): string =>
  sentence
    .replace(/^Not sent/, 'Would not be sent')
    .replace(/^Sent/, 'Would be sent')
    .replace(/^Waits/, 'Would wait');
