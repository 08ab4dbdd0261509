import { canonicalToken } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { deviceOf, hashToken, type Registration } from '../device-record.ts';
import { listDevices } from '../devices.ts';
import { migrateDevices } from '../migrate-devices.ts';
import { syncTokens } from '../sync-tokens.ts';
import { claimTokens, forgetToken, type Holding, otherFormerHolders, settleTokens } from '../token-index.ts';
import { takeToken, type Writing, writeDevices } from '../user-devices.ts';

/** A push token of an import. */
export interface ImportedDevice {
  uid: string;
  registration: Registration;
}

/**
 * Registers push tokens of users who have a record, as `registerDevice` does, but leaves a token where it is: what a
 * phone has registered itself is newer than any export, and importing again must not move it back. Of several users
 * with the same token, the first gets it. No other token is dropped for one: a user has `most` at most.
 *
 * A few round trips for all of them, and more for the tokens that the index knows under other users. After a crash in
 * between the same import completes it.
 * @returns those for which there was no room.
 */
export async function importDevices<T extends ImportedDevice>(
  redis: Redis,
  appId: string,
  devices: readonly T[],
  now: number,
  most: number,
): Promise<T[]> {
  const all = firstOfEach(devices.map((one) => toWrite(one, appId, now)));
  const holdings = all.map(({ holding }) => holding);
  const claims = await claimTokens(redis, holdings);
  const unknown = holdings.filter((_, i) => claims[i] === undefined);
  const former = await otherFormerHolders(redis, unknown);
  const ofUnknown = former.values();
  const others = claims.map((names) => names ?? (ofUnknown.next().value as string[]));
  const free: ToWrite<T>[] = [];
  for (const [i, one] of all.entries()) {
    const named = others[i] as string[];
    if (named.length > 0 && (await isHeldBy(redis, one, named))) await forgetToken(redis, one.holding);
    else free.push(one);
  }
  return (await writeFree(redis, free, most)).map(({ one }) => one);
}

/** A push token of an import, ready to be written. Copying its fields would cost more than the reference to it. */
interface ToWrite<T> extends Writing {
  one: T;
  holding: Holding & Pick<Registration, 'platform'>;
}

function toWrite<T extends ImportedDevice>(one: T, appId: string, now: number): ToWrite<T> {
  const { uid, registration } = one;
  const device = deviceOf(registration, now);
  const { token, platform } = device;
  return { one, appId, uid, device, holding: { appId, uid, token, platform, hash: hashToken(token) } };
}

/** Writes devices whose tokens no one else has; returns those for which there was no room. */
async function writeFree<T>(redis: Redis, devices: readonly ToWrite<T>[], most: number): Promise<ToWrite<T>[]> {
  const outcomes = await writeDevices(redis, devices, { how: 'import', most });
  const ends = await settleTokens(
    redis,
    devices.map(({ holding }) => holding),
  );
  const full: ToWrite<T>[] = [];
  for (const [i, one] of devices.entries()) {
    const [outcome, end] = [outcomes[i], ends[i]];
    const { appId, uid, device } = one;
    if (outcome === 'full') full.push(one);
    // There was no room, or the user has been erased meanwhile.
    if (outcome === 'full' || outcome === undefined) await forgetToken(redis, one.holding);
    // The phone has registered elsewhere meanwhile.
    else if (end === 'lost') await takeToken(redis, one.holding);
    else if (outcome === 'former') full.push(...(await writeMigrated(redis, one, most)));
    else {
      const gone = outcome === 'held' ? [] : outcome;
      const forgotten = end === 'unknown' ? [...gone, device.token] : gone;
      if (forgotten.length > 0) await syncTokens(redis, appId, uid, forgotten);
    }
  }
  return full;
}

/** For a user whose devices are stored as before. */
async function writeMigrated<T>(redis: Redis, one: ToWrite<T>, most: number): Promise<ToWrite<T>[]> {
  await migrateDevices(redis, one.appId, one.uid);
  return writeFree(redis, [one], most);
}

/** Whether one of the users whom an index names has the token; they may have lost it since. */
async function isHeldBy(redis: Redis, { appId, device }: Writing, others: readonly string[]): Promise<boolean> {
  for (const other of others) {
    const devices = await listDevices(redis, appId, other);
    if (devices.some(({ platform, token }) => canonicalToken(platform, token) === device.token)) return true;
  }
  return false;
}

/** The devices without those whose token another one before has. */
function firstOfEach<T extends Writing>(devices: readonly T[]): T[] {
  const seen = new Set<string>();
  return devices.filter(({ device: { token } }) => !seen.has(token) && seen.add(token));
}
