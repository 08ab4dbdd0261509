import type { Redis } from 'ioredis';
import { sessionless } from '../device-record.ts';
import { listDevices } from '../devices.ts';
import { keys } from '../keys.ts';
import { registerKnownDevice } from '../register-device.ts';
import { holdersOf } from '../token-index.ts';
import {
  type CredentialRef,
  forgetQuarantined,
  listQuarantined,
  type QuarantinedDevice,
  readMember,
} from './quarantine.ts';

/** Devices restored at a time. */
const BATCH = 100;

/** The most devices restored in one call. */
const MOST = 10_000;

/**
 * Makes a user's device live again that was set aside. False if there is no such device; the user has it already; or
 * another user has its token now.
 */
export async function restoreDevice(
  redis: Redis,
  appId: string,
  uid: string,
  id: string,
  now: number,
): Promise<boolean> {
  const [quarantined, live] = await Promise.all([
    listQuarantined(redis, appId, uid, now),
    listDevices(redis, appId, uid),
  ]);
  const device = quarantined.find((one) => one.id === id);
  if (!device) return false;
  const isLive = live.some((one) => one.id === id || one.token === device.token);
  const restored = !isLive && (await registered(redis, appId, uid, device));
  await forgetQuarantined(redis, appId, uid, [id]);
  return restored;
}

/** Registers a device as it was, unless another user has its token, or its own user is gone. */
async function registered(redis: Redis, appId: string, uid: string, device: QuarantinedDevice): Promise<boolean> {
  const { token, platform, providerId, session, registeredAt } = device;
  const holders = await holdersOf(redis, { appId, uid, token });
  if (holders.some((holder) => holder !== uid)) return false;
  const given = session === sessionless(providerId) ? {} : { session };
  const registration = { token, platform, providerId, ...given };
  return (await registerKnownDevice(redis, appId, uid, registration, registeredAt)) !== undefined;
}

/** The result of restoring the devices of a credential. */
export interface Restored {
  restored: number;
  /** Still set aside: call again. */
  left: number;
}

/** Makes the devices of a credential live again that were set aside, the latest first; at most 10,000. */
export async function restoreDevices(redis: Redis, credential: CredentialRef, now: number): Promise<Restored> {
  const all = keys.quarantined(credential);
  let restored = 0;
  for (let done = 0; done < MOST; done += BATCH) {
    const members = await redis.zrevrange(all, 0, BATCH - 1);
    if (members.length === 0) break;
    const one = async ({ uid, id }: { uid: string; id: string }) =>
      restoreDevice(redis, credential.appId, uid, id, now);
    const results = await Promise.all(members.map((member) => one(readMember(member))));
    restored += results.filter(Boolean).length;
    await redis.zrem(all, ...members);
  }
  return { restored, left: await redis.zcard(all) };
}
