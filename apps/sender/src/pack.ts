import {
  type EventRef,
  followsRing,
  type Lane,
  needsJob,
  PLATFORMS,
  type PlannedDelivery,
  type Profiles,
  type ProviderKind,
} from '@fanfare/core';
import { deliveriesIn, findRing } from '@fanfare/ledger';
import type { DeliveryJob, JobInHand } from '@fanfare/queue';
import type { AppBundle, DeliveryTarget } from '@fanfare/store';
import type { DeviceAddress } from './address.ts';
import type { SenderDeps } from './deps.ts';
import type { LoadedEvent } from './event-cache.ts';

/** The queue a pack came from. */
export interface Source {
  shard: number;
  lane: Lane;
  provider: ProviderKind;
}

/** A delivery to send. */
export interface Delivery {
  planned: PlannedDelivery;
  /** The recipient and their device now; undefined if they were erased or deactivated since planning. */
  recipient: DeliveryTarget | undefined;
  /** Not sent after this time, epoch ms. */
  deadlineAt: number;
}

/** A pack in progress, with everything that was read for it. */
export interface PackInHand {
  source: Source;
  ref: EventRef;
  job: JobInHand<DeliveryJob>;
  /** How many deliveries the job covers, settled ones included. */
  size: number;
  loaded: LoadedEvent;
  profiles: Profiles;
  /** Undefined if the app was deleted. */
  app: AppBundle | undefined;
  /** Whether the event is: nothing of it is sent. */
  superseded: boolean;
  /** Those still to be sent. */
  deliveries: readonly Delivery[];
  /** Where its devices are reached, by provider id and system; filled while it is sent. */
  addresses: Map<string, DeviceAddress>;
  /** Those that have left the pack and are not settled: each has a job of its own, or should have. */
  retrying: readonly PlannedDelivery[];
}

/** Attempts spent on a pack's deliveries before this one. */
export const attemptsBefore = ({ job }: Pick<PackInHand, 'job'>): number => (job.data.attempts ?? 0) + job.attemptsMade;

/**
 * Reads a pack, with others that start in the same turn: its event and plan where they are not cached, then the state
 * of each delivery (of a single one with the event), its recipient and device, the names to show, and whether the event
 * is superseded. States are always read, so a job that was added twice sends once. Undefined if the record of the event
 * has expired.
 */
export async function readPack(
  deps: SenderDeps,
  source: Source,
  job: JobInHand<DeliveryJob>,
): Promise<PackInHand | undefined> {
  const { ordinal, count = 1, settingsVersion } = job.data;
  const ref = { shard: source.shard, key: job.data.eventKey };
  // The deliveries of several are only known from the plan.
  const statesOfOne = count === 1 ? deps.ledger.states(ref, [ordinal]) : undefined;
  const [loaded, slice] = await Promise.all([deps.events.get(ref), deps.plans.get(ref, job.data), statesOfOne]);
  const planned = deliveriesIn(slice ?? [], { ordinal, count });
  if (!loaded || planned.length === 0) return undefined;
  const { accepted } = loaded;
  job.isOf(accepted.appId);
  const again = job.startedBefore || job.data.addedAgain === true;
  const ordinals = planned.map((delivery) => delivery.ordinal);
  const [states, recipients, superseded, app, ringEndsAt, profiles] = await Promise.all([
    statesOfOne ?? deps.ledger.states(ref, ordinals),
    deps.targets.read(accepted.appId, planned),
    deps.superseded.isSuperseded(loaded, again),
    deps.apps.get(accepted.appId, settingsVersion ?? accepted.settingsVersion),
    ringShowsUntil(deps, loaded, source.provider),
    loaded.profiles,
  ]);
  const pack = { source, ref, job, size: planned.length, loaded, profiles, app, superseded, addresses: new Map() };
  const [deliveries, retrying]: [Delivery[], PlannedDelivery[]] = [[], []];
  const deadlineAt = job.data.deadlineAt ?? accepted.leaveBy;
  for (const [i, one] of planned.entries()) {
    const [state, recipient] = [states[i] ?? 'pending', recipients[i]];
    // A held delivery waits for its gate, and gets a job when it may go on.
    if (!needsJob(state)) continue;
    const leaveBy = isVoip(recipient) ? Math.min(deadlineAt, ringEndsAt) : deadlineAt;
    if (state === 'retrying' && pack.size > 1) retrying.push(one);
    else deliveries.push({ planned: one, recipient, deadlineAt: leaveBy });
  }
  return { ...pack, deliveries, retrying };
}

/**
 * Until when the ring that an event ends may be showing, epoch ms: later the end is not sent by VoIP
 * (docs/rules/decision.md#voip).
 */
async function ringShowsUntil(
  { queueRedis }: SenderDeps,
  { accepted: { appId, event } }: LoadedEvent,
  provider: ProviderKind,
): Promise<number> {
  if (provider !== 'apns' || !followsRing(event)) return Number.POSITIVE_INFINITY;
  return (await findRing(queueRedis, appId, event.call.sessionId))?.showsUntil ?? 0;
}

const isVoip = (recipient: DeliveryTarget | undefined): boolean =>
  recipient?.device !== undefined && PLATFORMS[recipient.device.platform].kind === 'voip';

/** The job of one delivery that leaves its pack. */
export function singleOf({ job }: PackInHand, ordinal: number, attempts?: number): DeliveryJob {
  const { count: _, attempts: __, ...common } = job.data;
  return { ...common, ordinal, attempts, addedAgain: true };
}
