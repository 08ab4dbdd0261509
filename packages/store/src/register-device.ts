import type { Redis } from 'ioredis';
import { type Device, deviceOf, type Registration } from './device-record.ts';
import { migrateDevices } from './migrate-devices.ts';
import { forgetQuarantined } from './quarantine/quarantine.ts';
import { syncTokens } from './sync-tokens.ts';
import { claimToken, forgetFormer, forgetToken, formerHolders, settleToken, spellingsOf } from './token-index.ts';
import { takeToken, type WriteOptions, type Written, writeDevice } from './user-devices.ts';

/** Tokens a user may have by default (docs/rules/cometchat.md#limits); the one idle longest is dropped. */
const MAX_DEVICES = 100;

/** Claims of a token that others claim at the same time; then they have it. */
const MAX_CLAIMS = 10;

/** How a device is registered. */
export interface RegisterOptions {
  /** Tokens the user may have; past it the one idle longest is dropped. */
  most?: number;
  /** Called if the token was another user's, with that user's uid. */
  onMove?: (from: string) => void;
}

/**
 * Registers a push token, or refreshes it if this session already has one of its kind. A token of another user or
 * session moves here: it is the same phone. Of concurrent registrations of one token, exactly one keeps it.
 *
 * A refresh is one round trip: a script on the user's slot and one on the token's. Anything else is three, and two more
 * for each former holder: claim the token in its index, take it from the others, write the device, settle the index. A
 * crash in between heals with the next registration of the token: until it is settled the index names everyone who may
 * have it, and the next claim takes it from all of them (docs/adr/0016-registration.md).
 */
export const registerDevice = async (
  redis: Redis,
  appId: string,
  uid: string,
  registration: Registration,
  now: number,
  options: RegisterOptions = {},
): Promise<Device> =>
  (await register(redis, { appId, uid, fresh: deviceOf(registration, now), how: 'any' }, options)) as Device;

/** The same for an existing user; undefined, and nothing is left behind, if there is no such user. */
export const registerKnownDevice = (
  redis: Redis,
  appId: string,
  uid: string,
  registration: Registration,
  now: number,
  options: RegisterOptions = {},
): Promise<Device | undefined> =>
  register(redis, { appId, uid, fresh: deviceOf(registration, now), how: 'known' }, options);

/** A device to be written. */
interface Registering {
  appId: string;
  uid: string;
  fresh: Device;
  how: 'known' | 'any';
}

async function register(
  redis: Redis,
  registering: Registering,
  { most = MAX_DEVICES, onMove }: RegisterOptions,
): Promise<Device | undefined> {
  const { appId, uid, fresh } = registering;
  const holding = { appId, uid, token: fresh.token };
  const [refreshed, others] = await Promise.all([
    writeDevice(redis, appId, uid, fresh, { how: 'refresh', most }),
    claimToken(redis, holding),
  ]);
  const isDone = typeof refreshed === 'object' && others?.length === 0;
  const written = isDone ? refreshed : await move(redis, registering, others, { most, onMove });
  if (!written) await forgetToken(redis, holding);
  else await syncTokens(redis, appId, uid, written.gone);
  return written?.device;
}

/** Takes a claimed token from the others and writes the device; undefined if there is no such user. */
async function move(
  redis: Redis,
  registering: Registering,
  claimed: string[] | undefined,
  { most, onMove }: { most: number; onMove: ((from: string) => void) | undefined },
): Promise<Written | undefined> {
  const { appId, uid, fresh, how } = registering;
  const holding = { appId, uid, token: fresh.token };
  const spellings = spellingsOf(fresh.platform, fresh.token);
  // A token that the index does not know may have an entry from before there was one.
  const former = claimed ? [] : await formerHolders(redis, appId, spellings);
  let others = claimed ?? [...new Set(former)].filter((other) => other !== uid);
  for (let claims = 1; ; claims++) {
    const had = await Promise.all(others.map((other) => takeToken(redis, { ...holding, uid: other })));
    for (const [i, other] of others.entries()) if (had[i]) onMove?.(other);
    if (former.length > 0) await forgetFormer(redis, appId, spellings);
    const written = await writeMigrated(redis, appId, uid, fresh, { how, most });
    if (!written) return undefined;
    // A device that was set aside has no record, so it comes this way, and not as a refresh.
    const [, end] = await Promise.all([
      forgetQuarantined(redis, appId, uid, [written.device.id]),
      settleToken(redis, holding),
    ]);
    if (end === 'settled') return written;
    if (end === 'unknown') return { ...written, gone: [...written.gone, fresh.token] };
    if (claims === MAX_CLAIMS) {
      await takeToken(redis, holding);
      return written;
    }
    // The user who claimed the token meanwhile may have lost it to this claim. It is claimed again, so that one has it.
    others = (await claimToken(redis, holding)) ?? [];
  }
}

/** Writes a device of a user whose devices may be stored as before. */
async function writeMigrated(
  redis: Redis,
  appId: string,
  uid: string,
  device: Device,
  options: WriteOptions & { how: 'known' | 'any' },
): Promise<Written | undefined> {
  for (;;) {
    const written = await writeDevice(redis, appId, uid, device, options);
    if (written !== 'former') return written;
    await migrateDevices(redis, appId, uid);
  }
}
