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
import { listDevices, readUser } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import { requireApp } from '../http/require-app.ts';
import { readBundle } from './bundle.ts';
import { type Cast, readCast } from './cast.ts';
import { foresee } from './foresee.ts';
import { absenceSentence } from './sentence-absence.ts';
import { deliverySentence } from './sentence-delivery.ts';
import { suppressedEnding } from './suppressed.ts';
import { type TracedDelivery, truncatedParts } from './truncated.ts';

/** The possible decisions for a user. */
export const TRACE_DECISIONS = ['sent', 'suppressed', 'not_in_audience', 'not_decided_yet'] as const;

/** A delivery to the user, with its recorded attempts. */
interface TracedTarget {
  provider: ProviderKind;
  platform?: string;
  deviceId?: string;
  state: DeliveryState;
  /** The parts of its payload that were too large. */
  truncated?: string[];
  attempts: (Omit<RecordedAttempt, 'at'> & { at?: number })[];
}

/** The trace of an event for one user. */
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

/** What the ledger has recorded about an event for one user. If nothing, why that may be, as far as is known now. */
export async function traceOf(deps: IngestDeps, ref: EventRef, accepted: AcceptedEvent, uid: string): Promise<Trace> {
  const { appId, event } = accepted;
  // Read first, so that a user who is planned in between is found.
  const progress = await readProgress(deps.queueRedis, ref);
  const [planned, cast] = await Promise.all([
    findPlanned(deps.queueRedis, ref, uid),
    readCast(deps.registry, appId, event, uid),
  ]);
  const ending = planned
    ? await plannedEnding(deps, { ref, accepted, cast }, planned)
    : await absentEnding(deps, accepted, { uid, cast, expanding: progress?.state === 'expanding' });
  return { eventId: event.id, uid, targets: [], ...ending };
}

interface Traced {
  ref: EventRef;
  accepted: AcceptedEvent;
  cast: Cast;
}

async function plannedEnding(deps: IngestDeps, traced: Traced, planned: PlannedTrace): Promise<Ending> {
  const { recipient } = planned;
  const { ref, accepted, cast } = traced;
  const { appId, event, receivedAt } = accepted;
  if (recipient.kind === 'suppress') {
    const timezone = await timezoneOf(deps, appId, recipient.uid);
    return suppressedEnding(event, cast, recipient, { timezone, now: receivedAt });
  }
  const [devices, bundle] = await Promise.all([
    listDevices(deps.registry, appId, recipient.uid),
    readBundle(deps, appId),
  ]);
  const targets = await Promise.all(
    planned.deliveries.map((delivery) => {
      const device = devices.find(({ id }) => id === delivery.target.deviceId);
      return tracedTarget(deps, ref, { bundle, accepted, cast, delivery, device });
    }),
  );
  const sentence = deliverySentence({ name: cast.name, deliveries: targets.map(({ facts }) => facts) });
  return { decision: 'sent', targets: targets.map(({ target }) => target), sentence };
}

async function timezoneOf(deps: IngestDeps, appId: string, uid: string): Promise<string> {
  const [app, user] = await Promise.all([requireApp(deps, appId), readUser(deps.registry, appId, uid)]);
  return user?.timezone ?? app.settings.timezone;
}

async function tracedTarget({ queueRedis, now }: IngestDeps, ref: EventRef, traced: TracedDelivery) {
  const { appId } = traced.accepted;
  const { ordinal, target, state } = traced.delivery;
  const [recorded, letter] = await Promise.all([
    readAttempts(queueRedis, ref, ordinal),
    state === 'rejected' ? readDeadLetterOf(queueRedis, appId, ref.shard, deliveryId(ref.key, ordinal)) : undefined,
  ]);
  const { platform } = traced.device ?? {};
  const attempts = [...recorded, ...unrecordedAttempt(recorded, state, letter)];
  const { reason, detail } = letter ?? attempts.at(-1) ?? {};
  const shown = { provider: target.provider, ...(platform ? { platform } : {}) };
  const device = target.deviceId === undefined ? {} : { deviceId: target.deviceId };
  const truncated = truncatedParts(traced, now());
  const lost = truncated ? { truncated } : {};
  return { target: { ...shown, ...device, state, ...lost, attempts }, facts: { ...shown, state, reason, detail } };
}

/**
 * The attempt that settled a delivery, if only its state or dead letter shows it: a first attempt is not recorded. Its
 * time is known only from a dead letter.
 */
function unrecordedAttempt(
  recorded: readonly RecordedAttempt[],
  state: DeliveryState,
  letter: FoundDeadLetter | undefined,
): TracedTarget['attempts'] {
  if (recorded.at(-1)?.outcome === state || letter?.reason === 'attempts_exhausted') return [];
  if (state === 'accepted' || state === 'token_dead') return [{ outcome: state }];
  if (!letter) return state === 'rejected' ? [{ outcome: state }] : [];
  const { at, reason, detail } = letter;
  return [{ at, outcome: 'rejected', reason, ...(detail === undefined ? {} : { detail }) }];
}

/** Why a user is not in the plan. What the event itself does not say is determined as of now, and says so. */
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
  const was = `Not sent: ${cast.name} was not among the recipients when they were determined`;
  const asOfNow = (sentence: string) => sentence.replace(/^Not sent/, () => `${was}. As of now`);
  if (foreseen.kind === 'absent') {
    return notInAudience(foreseen.absence, asOfNow(absenceSentence(cast.name, foreseen.absence)));
  }
  const { planned, candidate } = foreseen;
  if (planned.kind === 'send') return notInAudience('not_planned', `${was}, but would be now.`);
  const timezone = candidate.timezone ?? bundle.app.settings.timezone;
  const ending = suppressedEnding(event, cast, planned, { timezone, now: deps.now() });
  return { ...ending, sentence: asOfNow(ending.sentence) };
}

const UNDECIDED: Ending = {
  decision: 'not_decided_yet',
  sentence: 'Not decided yet: the recipients of the event are still being determined.',
};
const WAITING: Ending = {
  decision: 'not_decided_yet',
  reason: 'moderation',
  sentence: 'Not decided yet: the message is waiting for moderation, at most until its deadline.',
};

const notInAudience = (reason: Absence | 'not_planned', sentence: string): Ending => ({
  decision: 'not_in_audience',
  reason,
  sentence,
});
