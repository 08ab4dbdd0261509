import {
  type AcceptedEvent,
  audienceOf,
  type Decision,
  decider,
  deviceTargets,
  isNotifying,
  type PlannedRecipient,
  providerKindOf,
  type Target,
} from '@fanfare/core';
import { type Cursor, type PlannedSlice, planSlice } from '@fanfare/ledger';
import { type AppBundle, countMembers, type Recipient } from '@fanfare/store';
import type { FanoutDeps } from './deps.ts';
import { expand } from './expand.ts';

/** An event in hand and where it stands. */
export interface EventInHand {
  shard: number;
  accepted: AcceptedEvent;
  /** Undefined when the app has been deleted: nobody is notified any more. */
  app: AppBundle | undefined;
}

/**
 * Decides for the next slice of recipients and writes the plan down. What comes back is the plan that stands: ours, or
 * (`mine` false) the one a worker before us wrote and did not get to the end of.
 */
export async function plan(
  deps: FanoutDeps,
  { shard, accepted, app }: EventInHand,
  cursor: Cursor,
): Promise<{ slice: PlannedSlice; mine: boolean }> {
  const expansion = await expand(deps, accepted, cursor.cursor);
  const tooLarge = await isGroupTooLarge(deps, accepted, app);
  const slice: PlannedSlice = {
    first: cursor.next,
    cursor: expansion.cursor,
    last: expansion.last,
    recipients: expansion.recipients.map((recipient) => planRecipient(recipient, accepted, app, tooLarge)),
  };
  return planSlice(deps.queueRedis, { shard, key: accepted.key }, accepted.appId, cursor.slice, slice);
}

function planRecipient(
  { uid, devices }: Recipient,
  { event }: AcceptedEvent,
  app: AppBundle | undefined,
  groupTooLarge: boolean,
): PlannedRecipient {
  // An event that notifies nobody has no recipients; the check tells the compiler.
  if (!app || !isNotifying(event)) return { uid, suppressed: 'PUSH_DISABLED' };
  const decision = decide(event, { pushEnabled: app.app.pushEnabled, groupTooLarge });
  if (!decision.send) return { uid, suppressed: decision.reason };
  const usable = devices.filter(({ platform, providerId }) => app.hasProvider(providerKindOf(platform), providerId));
  const targets: Target[] = app.customEnabled ? [{ provider: 'custom' }] : [];
  targets.push(...deviceTargets(event, usable));
  const [first, ...others] = targets;
  if (first) return { uid, targets: [first, ...others] };
  return { uid, suppressed: usable.length < devices.length ? 'INVALID_PUSH_PROVIDER_ID' : 'NO_TARGET' };
}

async function isGroupTooLarge(
  { registry }: FanoutDeps,
  { appId, event }: AcceptedEvent,
  app: AppBundle | undefined,
): Promise<boolean> {
  const limit = app?.app.settings.maxGroupSize;
  const audience = audienceOf(event);
  if (limit === undefined || audience.kind !== 'group') return false;
  return (await countMembers(registry, appId, audience.guid)) > limit;
}
