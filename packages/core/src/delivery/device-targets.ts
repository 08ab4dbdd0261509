import { isCall, type NotifyingEvent } from '../event/event.ts';
import { PLATFORMS, type Platform } from './device.ts';
import { followsRing, type Ring } from './ring.ts';
import type { Target } from './target.ts';

/** What target selection knows about one device. */
export interface DeviceRef {
  id: string;
  platform: Platform;
  /**
   * The tag of the session that registered the token (`sessionTag`), or a name for the app on one phone; tokens of one
   * session share a device.
   */
  session?: string | undefined;
  /** Which credential. */
  providerId?: string | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The devices an event goes to. VoIP tokens get calls only; other tokens of the same session are then skipped, or the
 * phone would ring twice. iOS kills an app that receives a VoIP push without reporting a call to CallKit, so only two
 * pushes go that way: the ring, and its end while it may still be ringing, to the devices it rang on
 * (docs/rules/decision.md#voip). Other states go to the other tokens. `acting`: the tag of the session that
 * caused the event, which is skipped.
 */
export function deviceTargets(
  event: NotifyingEvent,
  devices: readonly DeviceRef[],
  { ring, acting }: { ring?: Ring | undefined; acting?: string | undefined } = {},
): Target[] {
  if (!isCall(event)) return targetsOf(devices, (device) => !isVoip(device));
  const rings = event.type === 'call.initiated';
  const stopsOn = followsRing(event) && ring?.isEndedNow ? ring.devices : NONE;
  const byVoip = (device: DeviceRef) => isVoip(device) && (rings || stopsOn.has(device.id));
  const others = devices.filter(({ session }) => acting === undefined || session !== acting);
  const voip = new Set(others.flatMap((device) => (byVoip(device) ? [device.session] : [])));
  return targetsOf(others, (device) => {
    if (isVoip(device)) return byVoip(device);
    return PLATFORMS[device.platform].os !== 'ios' || device.session === undefined || !voip.has(device.session);
  });
}

/** On the hot path of the fan-out. */
function targetsOf(devices: readonly DeviceRef[], isTarget: (device: DeviceRef) => boolean): Target[] {
  const targets: Target[] = [];
  for (const device of devices) {
    if (!isTarget(device)) continue;
    const { platform, id: deviceId, providerId } = device;
    const { provider } = PLATFORMS[platform];
    targets.push(providerId === undefined ? { provider, deviceId } : { provider, deviceId, providerId });
  }
  return targets;
}

const isVoip = (device: DeviceRef): boolean => PLATFORMS[device.platform].kind === 'voip';
