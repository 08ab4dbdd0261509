import { isCall, type NotifyingEvent } from '../event/event.ts';
import { PLATFORMS, type Platform } from './device.ts';
import type { Target } from './target.ts';

/** What choosing targets looks at of one device. */
export interface DeviceRef {
  id: string;
  platform: Platform;
  /** The login the token came with, or a name for the app on one phone; tokens of one session are of one device. */
  session?: string | undefined;
}

/**
 * States of a call that may go by VoIP. iOS participants an app that takes a VoIP push without reporting a call to CallKit, so
 * only what starts or participants a ring goes that way; the rest goes by alert or background push
 * (docs/rules/decision.md#voip).
 */
const VOIP_TYPES: ReadonlySet<string> = new Set(['call.initiated', 'call.cancelled', 'call.unanswered']);

const NONE: ReadonlySet<string> = new Set();

/**
 * The devices an event goes to. VoIP tokens get calls only; and where they get one, the other tokens of the same login
 * on the same phone do not: it would ring twice. What participants a ring goes by VoIP to the devices that have `rung`, and to no
 * other; those hear of the missed call as of any other news.
 */
export function deviceTargets(
  event: NotifyingEvent,
  devices: readonly DeviceRef[],
  rung: ReadonlySet<string> = NONE,
): Target[] {
  const callsByVoip = isCall(event) && VOIP_TYPES.has(event.type);
  const byVoip = (device: DeviceRef) =>
    callsByVoip && isVoip(device) && (event.type === 'call.initiated' || rung.has(device.id));
  const ringing = new Set(devices.flatMap((device) => (byVoip(device) ? [device.session] : [])));
  return devices
    .filter((device) => {
      if (isVoip(device)) return byVoip(device);
      return PLATFORMS[device.platform].os !== 'ios' || device.session === undefined || !ringing.has(device.session);
    })
    .map((device) => ({ provider: PLATFORMS[device.platform].provider, deviceId: device.id }));
}

const isVoip = (device: DeviceRef): boolean => PLATFORMS[device.platform].kind === 'voip';
