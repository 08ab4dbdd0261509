import { answersOf } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { type Device, encodeDevice } from '../device-record.ts';
import { keys } from '../keys.ts';
import type { PushKind } from '../push-providers.ts';
import { syncTokens } from '../sync-tokens.ts';
import { removeRecords } from '../user-devices.ts';

/** How long a dead token is kept aside (docs/rules/delivery.md#token-safety). */
const QUARANTINE_MS = 7 * 24 * 3_600_000;

/** A device whose token was reported dead. */
export interface QuarantinedDevice extends Device {
  /** The push service's word. */
  reason: string;
  /** Epoch ms. */
  quarantinedAt: number;
}

/** A credential, as the one that devices are quarantined for. */
export interface CredentialRef {
  appId: string;
  kind: PushKind;
  /** Its id. */
  id: string;
}

/**
 * Sets a device aside whose token was reported dead, unless it has been registered again since it was read as `device`.
 * It is kept first and removed afterwards, so that a crash in between loses nothing.
 */
export async function quarantineDevice(
  redis: Redis,
  credential: CredentialRef,
  uid: string,
  device: Device,
  { reason, now }: { reason: string; now: number },
): Promise<boolean> {
  const { appId } = credential;
  const kept: QuarantinedDevice = { ...device, reason, quarantinedAt: now };
  const [aside, all] = [keys.quarantine(appId, uid), keys.quarantined(credential)];
  const keep = redis.pipeline().hset(aside, device.id, JSON.stringify(kept)).pexpire(aside, QUARANTINE_MS);
  keep.zadd(all, now, memberOf(uid, device.id)).pexpire(all, QUARANTINE_MS);
  answersOf(await keep.zremrangebyscore(all, '-inf', now - QUARANTINE_MS).exec());
  const { removed, gone } = await removeRecords(redis, appId, uid, [{ id: device.id, record: encodeDevice(device) }]);
  await syncTokens(redis, appId, uid, gone);
  if (removed === 0) await forgetQuarantined(redis, appId, uid, [device.id]);
  return removed === 1;
}

/** A user's devices that are set aside, the one idle longest first. */
export async function listQuarantined(
  redis: Redis,
  appId: string,
  uid: string,
  now: number,
): Promise<QuarantinedDevice[]> {
  const kept = await redis.hvals(keys.quarantine(appId, uid));
  return kept
    .map((text) => JSON.parse(text) as QuarantinedDevice)
    .filter(({ quarantinedAt }) => now - quarantinedAt < QUARANTINE_MS)
    .sort((a, b) => a.registeredAt - b.registeredAt);
}

/** How many devices of a credential are set aside. */
export const countQuarantined = (redis: Redis, credential: CredentialRef, now: number): Promise<number> =>
  redis.zcount(keys.quarantined(credential), `(${now - QUARANTINE_MS}`, '+inf');

/** Devices that were set aside are live again, or their user has removed them. */
export async function forgetQuarantined(
  redis: Redis,
  appId: string,
  uid: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await redis.hdel(keys.quarantine(appId, uid), ...ids);
}

/** An entry of the devices of a credential. */
const memberOf = (uid: string, id: string): string => `${id} ${uid}`;

/** Reads an entry. */
export function readMember(member: string): { uid: string; id: string } {
  const space = member.indexOf(' ');
  return { id: member.slice(0, space), uid: member.slice(space + 1) };
}
