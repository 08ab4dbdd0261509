import { canonicalToken } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { DEVICE_INDEX, indexEntry } from './device-index.ts';
import { type Device, devicesIn, encodeDevice, isFormer, recordsIn } from './device-record.ts';
import { DEVICES_LUA } from './device-scripts.lua.ts';
import { keys } from './keys.ts';
import { syncTokens } from './sync-tokens.ts';
import { claimToken, forgetFormer, forgetToken, formerHolders, type Holding, settleToken } from './token-index.ts';
import { takeToken } from './user-devices.ts';

const MIGRATE = script<number>(`
-- KEYS user
-- ARGV device index before or "none", device index; id, record before, record or empty to remove it, …
-- returns 1, or 0 when the devices have changed meanwhile
${DEVICES_LUA}
local user, count = KEYS[1], 0
if (redis.call('HGET', user, '${DEVICE_INDEX}') or 'none') ~= ARGV[1] then return 0 end
for _, field in ipairs(redis.call('HKEYS', user)) do
  if string.sub(field, 1, 2) == deviceField('') then count = count + 1 end
end
if count * 3 ~= #ARGV - 2 then return 0 end
for i = 3, #ARGV, 3 do if redis.call('HGET', user, deviceField(ARGV[i])) ~= ARGV[i + 1] then return 0 end end
for i = 3, #ARGV, 3 do
  if ARGV[i + 2] == '' then redis.call('HDEL', user, deviceField(ARGV[i]))
  else redis.call('HSET', user, deviceField(ARGV[i]), ARGV[i + 2]) end
end
if redis.call('HEXISTS', user, 'createdAt') == 1 then redis.call('HSET', user, '${DEVICE_INDEX}', ARGV[2]) end
return 1`);

/** Whether devices of a user are stored as before: as JSON, or without an index. */
export const areFormer = (hash: Record<string, Buffer>): boolean =>
  (hash.createdAt !== undefined && hash[DEVICE_INDEX] === undefined) ||
  recordsIn(hash).some(([, record]) => isFormer(record));

/**
 * Rewrites a user's devices that were stored before records were bytes and had an index. Each keeps its id, and gets
 * its token in canonical form; if another device has registered the token since, that one keeps it. Done before the
 * devices are used or shown. Safe to repeat, interrupt and run concurrently: after a crash the next call migrates.
 * @returns the user's hash afterwards.
 */
export async function migrateDevices(redis: Redis, appId: string, uid: string): Promise<Record<string, Buffer>> {
  const user = keys.user(appId, uid);
  for (;;) {
    const hash = await redis.hgetallBuffer(user);
    if (!areFormer(hash)) return hash;
    const { kept, claimed } = await claimAll(redis, appId, uid, hash);
    const index = kept.map(indexEntry).join(',');
    const records = recordsIn(hash).flatMap(([id, record]) => {
      const device = kept.find((one) => one.id === id);
      return [id, record, device ? encodeDevice(device) : ''];
    });
    const changed = await MIGRATE(redis, [user], [hash[DEVICE_INDEX] ?? 'none', index, ...records]);
    if (changed === 1) await settleAll(redis, claimed);
  }
}

/** Claims the tokens of former records, and leaves out devices whose token was registered elsewhere since. */
async function claimAll(
  redis: Redis,
  appId: string,
  uid: string,
  hash: Record<string, Buffer>,
): Promise<{ kept: Device[]; claimed: Holding[] }> {
  const kept = new Map<string, Device>();
  const claimed: Holding[] = [];
  for (const stored of devicesIn(hash)) {
    const device = { ...stored, token: canonicalToken(stored.platform, stored.token) };
    const holding = { appId, uid, token: device.token };
    if (isFormer(hash[`d:${stored.id}`] as Buffer)) {
      if (!(await claimFormer(redis, holding, stored))) continue;
      claimed.push(holding);
    }
    // The last of those with the same token stays: it was registered last.
    kept.delete(device.token);
    kept.set(device.token, device);
  }
  return { kept: [...kept.values()], claimed };
}

/** Makes the index name the user for a token of a former record; false if another user has registered it since. */
async function claimFormer(redis: Redis, holding: Holding, stored: Device): Promise<boolean> {
  const { appId, uid, token } = holding;
  const spellings = [...new Set([token, stored.token])];
  const named = [...((await claimToken(redis, holding)) ?? []), ...(await formerHolders(redis, appId, spellings))];
  const others = [...new Set(named)].filter((other) => other !== uid);
  const registered = await Promise.all(others.map((other) => registeredAtOf(redis, { ...holding, uid: other })));
  if (registered.some((at) => at > stored.registeredAt)) {
    await forgetToken(redis, holding);
    await forgetToken(redis, { ...holding, token: stored.token });
    return false;
  }
  await Promise.all(others.map((other) => takeToken(redis, { ...holding, uid: other })));
  await forgetFormer(redis, appId, spellings);
  return true;
}

/** When a user's device with this token was registered; never if there is none. */
async function registeredAtOf(redis: Redis, { appId, uid, token }: Holding): Promise<number> {
  const devices = devicesIn(await redis.hgetallBuffer(keys.user(appId, uid)));
  const times = devices.filter((one) => canonicalToken(one.platform, one.token) === token);
  return Math.max(-1, ...times.map(({ registeredAt }) => registeredAt));
}

async function settleAll(redis: Redis, claimed: readonly Holding[]): Promise<void> {
  for (const holding of claimed) {
    const end = await settleToken(redis, holding);
    if (end === 'lost') await takeToken(redis, holding);
    if (end === 'unknown') await syncTokens(redis, holding.appId, holding.uid, [holding.token]);
  }
}
