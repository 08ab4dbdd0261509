import { type Absence, absenceByEvent, moderationOf } from '@fanfare/audience';
import { type AcceptedEvent, type DeliveryState, deliveryId, type EventRef, type ProviderKind } from '@fanfare/core';
import {
  type FoundDeadLetter,
  findPlanned,
  type PlannedTrace,
  type RecordedAttempt,
  readAttempts,
  readDeadLetterOf,
  readProgress,
} from '@fanfare/ledger';
import { type Device, listDevices, readUser } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import { requireApp } from '../http/require-app.ts';
import { absenceSentence } from './absence.ts';
import { readBundle } from './bundle.ts';
import { foresee } from './foresee.ts';
import { type Cast, readCast } from './profiles.ts';
import { deliverySentence } from './sentence-delivery.ts';
import { suppressedEnding } from './suppressed.ts';

/** What was decided for a person. */
export const TRACE_DECISIONS = ['sent', 'suppressed', 'not_in_audience', 'not_decided_yet'] as const;

/** A delivery to the person, and what is remembered of it. */
interface TracedTarget {
  provider: ProviderKind;
  platform?: string;
  deviceId?: string;
  state: DeliveryState;
  attempts: (Omit<RecordedAttempt, 'at'> & { at?: number })[];
}

/** What became of one event for one person. */
export interface Trace {
  eventId: string;
  uid: string;
  decision: (typeof TRACE_DECISIONS)[number];
  reason?: string;
  detail?: string;
  targets: TracedTarget[];
  sentence: string;
}

type Ending = Omit<Trace, 'eventId' | 'uid' | 'targets'> & { targets?: TracedTarget[] };

/** What the ledger has of one event for one person; where it has nothing, why that may be, as far as is known now. */
export async function traceOf(deps: IngestDeps, ref: EventRef, accepted: AcceptedEvent, uid: string): Promise<Trace> {
  const { appId, event } = accepted;
  // Asked first: a person who is planned in between is then found.
  const progress = await readProgress(deps.queueRedis, ref);
  const [planned, cast] = await Promise.all([
    findPlanned(deps.queueRedis, ref, uid),
    readCast(deps.registry, appId, event, uid),
  ]);
  const verdict = planned
    ? await plannedEnding(deps, { ref, accepted, cast }, planned)
    : await absentEnding(deps, accepted, { uid, cast, expanding: progress?.state === 'expanding' });
  return { eventId: event.id, uid, targets: [], ...verdict };
}

interface InHand {
  ref: EventRef;
  accepted: AcceptedEvent;
  cast: Cast;
}

async function plannedEnding(deps: IngestDeps, inHand: InHand, planned: PlannedTrace): Promise<Ending> {
  const { recipient } = planned;
  const { ref, accepted, cast } = inHand;
  const { appId, event, receivedAt } = accepted;
  if (recipient.kind === 'suppress') {
    const timezone = await timezoneOf(deps, appId, recipient.uid);
    return suppressedEnding(event, cast, recipient, { timezone, now: receivedAt });
  }
  const devices = await listDevices(deps.registry, appId, recipient.uid);
  const traced = await Promise.all(
    planned.deliveries.map((delivery) => tracedTarget(deps, { ref, appId }, delivery, devices)),
  );
  const sentence = deliverySentence({ name: cast.name, deliveries: traced.map(({ facts }) => facts) });
  return { decision: 'sent', targets: traced.map(({ target }) => target), sentence };
}

async function timezoneOf(deps: IngestDeps, appId: string, uid: string): Promise<string> {
  const [app, user] = await Promise.all([requireApp(deps, appId), readUser(deps.registry, appId, uid)]);
  return user?.timezone ?? app.settings.timezone;
}

async function tracedTarget(
  { queueRedis }: IngestDeps,
  { ref, appId }: { ref: EventRef; appId: string },
  { ordinal, target, state }: PlannedTrace['deliveries'][number],
  devices: readonly Device[],
) {
  const [noted, letter] = await Promise.all([
    readAttempts(queueRedis, ref, ordinal),
    state === 'rejected' ? readDeadLetterOf(queueRedis, appId, ref.shard, deliveryId(ref.key, ordinal)) : undefined,
  ]);
  const platform = devices.find(({ id }) => id === target.deviceId)?.platform;
  const attempts = [...noted, ...unnotedAttempt(noted, state, letter)];
  const { reason, detail } = letter ?? attempts.at(-1) ?? {};
  const shown = { provider: target.provider, ...(platform ? { platform } : {}) };
  const device = target.deviceId === undefined ? {} : { deviceId: target.deviceId };
  return { target: { ...shown, ...device, state, attempts }, facts: { ...shown, state, reason, detail } };
}

/**
 * The attempt that settled a delivery and that only its state or its dead letter tells of, since it spent the first
 * attempt; without a time, which is not known, except for a dead letter.
 */
function unnotedAttempt(
  noted: readonly RecordedAttempt[],
  state: DeliveryState,
  letter: FoundDeadLetter | undefined,
): TracedTarget['attempts'] {
  if (noted.at(-1)?.outcome === state || letter?.reason === 'attempts_exhausted') return [];
  if (state === 'accepted' || state === 'token_dead') return [{ outcome: state }];
  if (!letter) return state === 'rejected' ? [{ outcome: state }] : [];
  const { at, reason, detail } = letter;
  return [{ at, outcome: 'rejected', reason, ...(detail === undefined ? {} : { detail }) }];
}

/** Why a user is not in the plan: the event itself says some of it, the rest is as of now and says so. */
async function absentEnding(
  deps: IngestDeps,
  accepted: AcceptedEvent,
  { uid, cast, expanding }: { uid: string; cast: Cast; expanding: boolean },
): Promise<Ending> {
  const { appId, event, leaveBy } = accepted;
  const certain = absenceByEvent(event, uid);
  if (certain) return notInAudience(certain, absenceSentence(cast.name, certain));
  const bundle = await readBundle(deps, appId);
  if (expanding) {
    const moderation = await moderationOf(deps, accepted, bundle.app, deps.now() >= leaveBy);
    return moderation.kind === 'wait' ? WAITING : UNDECIDED;
  }
  const foreseen = await foresee(deps, bundle, accepted, uid);
  const was = `Not sent: ${cast.name} was not among the recipients when they were found`;
  const asOfNow = (sentence: string) => sentence.replace(/^Not sent/, () => `${was}. As of now`);
  if (foreseen.kind === 'absent') {
    return notInAudience(foreseen.absence, asOfNow(absenceSentence(cast.name, foreseen.absence)));
  }
  const { planned, candidate } = foreseen;
  if (planned.kind === 'send') return notInAudience('not_planned', `${was}, and would be now.`);
  const timezone = candidate.timezone ?? bundle.app.settings.timezone;
  const verdict = suppressedEnding(event, cast, planned, { timezone, now: deps.now() });
  return { ...verdict, sentence: asOfNow(verdict.sentence) };
}

const UNDECIDED: Ending = {
  decision: 'not_decided_yet',
  sentence: 'Not decided yet: the recipients of the event are still being found.',
};
const WAITING: Ending = {
  decision: 'not_decided_yet',
  reason: 'moderation',
  sentence: 'Not decided yet: the message waits for the verdict of moderation, at most until its deadline.',
};

const notInAudience = (reason: Absence | 'not_planned', sentence: string): Ending => ({
  decision: 'not_in_audience',
  reason,
  sentence,
});
