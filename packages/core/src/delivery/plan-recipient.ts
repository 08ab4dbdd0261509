import type { Decision } from '../decision/decision.ts';
import type { NotifyingEvent } from '../event/event.ts';
import { providerKindOf } from './device.ts';
import { type DeviceRef, deviceTargets } from './device-targets.ts';
import { followsRing, type Ring } from './ring.ts';
import { sessionTag } from './session-tag.ts';
import type { PlannedRecipient, Target } from './target.ts';

/** The channels an app has configured. */
export interface Channels {
  /** Whether there is a webhook, which receives every notification. */
  customEnabled: boolean;
  /** Whether a token's `providerId` (or `default`) names a configured credential. */
  hasProvider(kind: 'fcm' | 'apns', providerId: string): boolean;
}

/** What target selection knows about a recipient. */
export interface Reachable {
  uid: string;
  devices: readonly (DeviceRef & { providerId: string })[];
  /** The ring of the call; undefined: it has not rung for this user. */
  ring?: Ring | undefined;
}

/**
 * Plans one recipient of an event, given the decision: the targets, or why there are none. A device whose credential is
 * not configured is no target; if no target is left for that reason, the result says so
 * (docs/rules/decision.md#targets).
 */
export function planRecipient(
  event: NotifyingEvent,
  { uid, devices, ring }: Reachable,
  decision: Decision,
  routes: Channels,
): PlannedRecipient {
  if (!decision.send) {
    const { reason, detail } = decision;
    return { kind: 'suppress', uid, reason, ...(detail === undefined ? {} : { detail }) };
  }
  const isUsable = ({ platform, providerId }: Reachable['devices'][number]) =>
    routes.hasProvider(providerKindOf(platform), providerId);
  const usable = devices.every(isUsable) ? devices : devices.filter(isUsable);
  const targets = deviceTargets(event, usable, { ring, acting: actingSession(event, uid) });
  if (routes.customEnabled) targets.unshift(WEBHOOK);
  if (hasAny(targets)) return { kind: 'send', uid, targets };
  return { kind: 'suppress', uid, reason: usable.length < devices.length ? 'INVALID_PUSH_PROVIDER_ID' : 'NO_TARGET' };
}

const WEBHOOK: Target = { provider: 'custom' };

const hasAny = (targets: Target[]): targets is [Target, ...Target[]] => targets.length > 0;

/** The tag of the recipient's session that brought a state of a call about, where the event says it. */
function actingSession(event: NotifyingEvent, uid: string): string | undefined {
  const session = followsRing(event) && uid === event.sender.uid ? event.call.deviceSession : undefined;
  return session === undefined ? undefined : sessionTag(session);
}
