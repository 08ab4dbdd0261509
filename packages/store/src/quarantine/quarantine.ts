import { answersOf, commandEach, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import type { Device } from '../device-record.ts';
import { keys } from '../keys.ts';
import type { PushKind } from '../push-providers.ts';
import { syncTokens } from '../sync-tokens.ts';
import { setRecordAside } from '../user-devices.ts';

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

/** As stored. Entries from before the credential was kept lack it. */
type Kept = QuarantinedDevice & { credential?: Pick<CredentialRef, 'kind' | 'id'> };

const FORGET = script<(string | null)[]>(`
-- KEYS quarantine
-- ARGV id …
-- returns what was kept of each
local kept = redis.call('HMGET', KEYS[1], unpack(ARGV))
redis.call('HDEL', KEYS[1], unpack(ARGV))
return kept`);

/**
 * Sets a device aside whose token was reported dead, unless it has been registered again since it was read as `device`.
 * The credential's list has it first, so that a crash in between leaves no device that restoring all would miss.
 */
export async function quarantineDevice(
  redis: Redis,
  credential: CredentialRef,
  uid: string,
  device: Device,
  { reason, now }: { reason: string; now: number },
): Promise<boolean> {
  const { appId, kind, id } = credential;
  const [all, member] = [keys.quarantined(credential), memberOf(uid, device.id)];
  const list = redis.pipeline().zadd(all, now, member).pexpire(all, QUARANTINE_MS);
  answersOf(await list.zremrangebyscore(all, '-inf', now - QUARANTINE_MS).exec());
  const kept: Kept = { ...device, reason, quarantinedAt: now, credential: { kind, id } };
  const aside = { kept: JSON.stringify(kept), forMs: QUARANTINE_MS };
  const { isMoved, gone, isAside } = await setRecordAside(redis, appId, uid, device, aside);
  await syncTokens(redis, appId, uid, gone);
  if (!isAside) await redis.zrem(all, member);
  return isMoved;
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
    .map((text) => {
      const { credential, ...device } = JSON.parse(text) as Kept;
      return device;
    })
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
  if (ids.length === 0) return;
  const kept = await FORGET(redis, [keys.quarantine(appId, uid)], ids);
  const listed = kept.flatMap((text) => {
    const { id, credential } = JSON.parse(text ?? '{}') as Partial<Kept>;
    return id !== undefined && credential ? [{ all: keys.quarantined({ appId, ...credential }), id }] : [];
  });
  await commandEach(redis, listed, (commands, { all, id }) => commands.zrem(all, memberOf(uid, id)));
}

/** An entry of the devices of a credential. */
const memberOf = (uid: string, id: string): string => `${id} ${uid}`;

/** Reads an entry. */
export function readMember(member: string): { uid: string; id: string } {
  const space = member.indexOf(' ');
  return { id: member.slice(0, space), uid: member.slice(space + 1) };
}
