import { canonicalToken } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { DEVICE_INDEX, indexEntry } from './device-index.ts';
import { type Device, decodeDevice, encodeDevice, recordsIn } from './device-record.ts';
import { DEVICES_LUA, GONE_TOKENS, REMOVE_LUA } from './device-scripts.lua.ts';
import { keys } from './keys.ts';
import { packToken, unpackToken } from './token-bytes.ts';
import type { Holding } from './token-index.ts';
import { CREATE_RECORD } from './user-record.ts';

/**
 * Writes a device: the one that has its id, or the same token and session, keeps its id and the time it was first seen.
 * Another device of the user with the token is removed; so are those idle longest beyond the most there may be.
 */
const WRITE = script<[id: string, createdAt: number, gone: string] | number | null>(`
-- KEYS user
-- ARGV how: see WriteOptions; now, id, record, entry, most
-- returns {id, when it was first seen, tokens to forget}; nil when not written; of an import 0 when the user has the
-- token, 1 when there is no room for it; -1 when devices are stored as before
${CREATE_RECORD}
${DEVICES_LUA}
local user, how, id, record = KEYS[1], ARGV[1], ARGV[3], ARGV[4]
local stored = redis.call('HMGET', user, '${DEVICE_INDEX}', '${GONE_TOKENS}', 'createdAt')
local index, token, session, most = stored[1] or '', tokenOf(record), sessionOf(record), tonumber(ARGV[6])
if (how == 'known' or how == 'import') and not stored[3] then return false end
if not stored[1] and hasFormer(user) then return -1 end
local records, count = {}, 0
for entry in string.gmatch(index, '[^,]+') do
  local other = idOf(entry)
  count = count + 1
  records[other] = redis.call('HGET', user, deviceField(other))
  if how == 'import' and tokenOf(records[other]) == token then return 0 end
  if tokenOf(records[other]) == token and sessionOf(records[other]) == session then id = other end
end
if how == 'import' and count >= most then return 1 end
local before = records[id]
if how == 'refresh' and tokenOf(before) ~= token then return false end
createRecord(user, ARGV[2])
local kept, gone = {}, tokensIn(stored[2] or '')
if before then
  record = string.sub(record, 1, 8) .. string.sub(before, 9, 14) .. string.sub(record, 15)
  gone[#gone + 1] = tokenOf(before)
end
for entry in string.gmatch(index, '[^,]+') do
  local other = idOf(entry)
  if other ~= id and tokenOf(records[other]) == token then redis.call('HDEL', user, deviceField(other))
  elseif other ~= id and records[other] then kept[#kept + 1] = entry end
end
kept[#kept + 1] = string.sub(ARGV[5], 1, 1) .. id .. string.match(ARGV[5], ';.*')
while #kept > most do
  local other = idOf(table.remove(kept, 1))
  gone[#gone + 1] = tokenOf(records[other])
  redis.call('HDEL', user, deviceField(other))
end
redis.call('HSET', user, deviceField(id), record)
keep(user, '${DEVICE_INDEX}', index, table.concat(kept, ','))
local list = listOf(without(gone, token))
keep(user, '${GONE_TOKENS}', stored[2] or '', list)
return {id, createdAtOf(record), hex(list)}`);

const REMOVE = script<[removed: number, gone: string]>(`
-- KEYS user
-- ARGV "forget" when the token index names the user still, else "claimed"; id, record or empty for any, …
-- returns {how many were removed, tokens to forget}
${REMOVE_LUA}
return {removeDevices(KEYS[1], ARGV[1] == 'forget', ARGV, 2)}`);

const SET_ASIDE = script<[removed: number, gone: string, isAside: number]>(`
-- KEYS user, quarantine
-- ARGV what is kept, how long, id, record
-- returns {1, or 0 and nothing is done if the record has changed; tokens to forget; whether the device is set aside}
${REMOVE_LUA}
local count, gone = removeDevices(KEYS[1], true, ARGV, 3)
if count == 1 then
  redis.call('HSET', KEYS[2], ARGV[3], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return {count, gone, redis.call('HEXISTS', KEYS[2], ARGV[3])}`);

const CHECK_GONE = script<number[]>(`
-- KEYS user
-- ARGV token …
-- returns for each whether a device has it; none of them is to be forgotten any longer
${DEVICES_LUA}
local stored = redis.call('HMGET', KEYS[1], '${DEVICE_INDEX}', '${GONE_TOKENS}')
local gone, held, answers = tokensIn(stored[2] or ''), {}, {}
for entry in string.gmatch(stored[1] or '', '[^,]+') do
  local token = tokenOf(redis.call('HGET', KEYS[1], deviceField(idOf(entry))))
  if token then held[token] = true end
end
for i, token in ipairs(ARGV) do
  answers[i] = held[token] and 1 or 0
  gone = without(gone, token)
end
keep(KEYS[1], '${GONE_TOKENS}', stored[2] or '', listOf(gone))
return answers`);

/** A device as written, and the tokens that the token index must forget. */
export interface Written {
  device: Device;
  gone: string[];
}

/**
 * `refresh`: only if the user has the token already. `known`: only if the user exists. `import`: only if the user
 * exists, has no device with the token, and has room for one more.
 */
export interface WriteOptions {
  how: 'refresh' | 'known' | 'import' | 'any';
  most: number;
}

/** A device to be written for a user. */
export interface Writing {
  appId: string;
  uid: string;
  device: Device;
}

/**
 * Writes a device of a user; undefined when it was not written. `former`: the user's devices are stored as before and
 * must be migrated first.
 */
export async function writeDevice(
  redis: Redis,
  appId: string,
  uid: string,
  device: Device,
  { how, most }: WriteOptions & { how: Exclude<WriteOptions['how'], 'import'> },
): Promise<Written | 'former' | undefined> {
  const { keys: names, args } = writeCall({ appId, uid, device }, { how, most });
  return writtenOf(device, await WRITE(redis, names, args)) as Written | 'former' | undefined;
}

/** Why a device was not written: the devices are stored as before; of an import, the token is there or has no room. */
type NotWritten = 'former' | 'held' | 'full';
const NOT_WRITTEN: Record<number, NotWritten> = { [-1]: 'former', 0: 'held', 1: 'full' };

/** The same for many devices in one round trip: of each that was written, the tokens that the index must forget. */
export async function writeDevices(
  redis: Redis,
  devices: readonly Writing[],
  options: WriteOptions,
): Promise<(string[] | NotWritten | undefined)[]> {
  const answers = await WRITE.together(
    redis,
    devices.map((writing) => writeCall(writing, options)),
  );
  return answers.map((answer) => {
    if (answer === null) return undefined;
    return typeof answer === 'number' ? NOT_WRITTEN[answer] : tokensIn(answer[2]);
  });
}

const writeCall = ({ appId, uid, device }: Writing, { how, most }: WriteOptions) => ({
  keys: [keys.user(appId, uid)],
  args: [how, device.registeredAt, device.id, encodeDevice(device), indexEntry(device), most],
});

function writtenOf(
  device: Device,
  answer: [id: string, createdAt: number, gone: string] | number | null,
): Written | NotWritten | undefined {
  if (answer === null) return undefined;
  if (typeof answer === 'number') return NOT_WRITTEN[answer];
  const [id, createdAt, gone] = answer;
  return { device: { ...device, id, createdAt }, gone: tokensIn(gone) };
}

/**
 * Removes devices of a user that are exactly as given, or with `id` alone in any state.
 * @returns how many were removed, and the tokens that the token index must forget.
 */
export async function removeRecords(
  redis: Redis,
  appId: string,
  uid: string,
  records: readonly { id: string; record?: Buffer }[],
): Promise<{ removed: number; gone: string[] }> {
  const args = records.flatMap(({ id, record }) => [id, record ?? '']);
  const [removed, gone] = await REMOVE(redis, [keys.user(appId, uid)], ['forget', ...args]);
  return { removed, gone: tokensIn(gone) };
}

/**
 * Moves a device that is exactly as given to the user's quarantine, in one step: of two that do it, one has.
 * @returns whether it moved, the tokens that the token index must forget, and whether the device is there now.
 */
export async function setRecordAside(
  redis: Redis,
  appId: string,
  uid: string,
  device: Device,
  { kept, forMs }: { kept: string; forMs: number },
): Promise<{ isMoved: boolean; gone: string[]; isAside: boolean }> {
  const names = [keys.user(appId, uid), keys.quarantine(appId, uid)];
  const args = [kept, forMs, device.id, encodeDevice(device)];
  const [removed, gone, isAside] = await SET_ASIDE(redis, names, args);
  return { isMoved: removed === 1, gone: tokensIn(gone), isAside: isAside === 1 };
}

/** Takes a token from a user after another has claimed it; whether they had it. In any spelling. */
export async function takeToken(redis: Redis, { appId, uid, token }: Holding): Promise<boolean> {
  const found = recordsIn(await redis.hgetallBuffer(keys.user(appId, uid))).filter(([id, record]) => {
    const { platform, token: stored } = decodeDevice(id, record);
    return canonicalToken(platform, stored) === token;
  });
  if (found.length === 0) return false;
  const [removed] = await REMOVE(redis, [keys.user(appId, uid)], ['claimed', ...found.flat()]);
  return removed > 0;
}

/** Which of these tokens a user's devices have; the user's hash no longer lists them as gone. */
export async function heldTokens(
  redis: Redis,
  appId: string,
  uid: string,
  tokens: readonly string[],
): Promise<boolean[]> {
  const held = await CHECK_GONE(redis, [keys.user(appId, uid)], tokens.map(packToken));
  return held.map((one) => one === 1);
}

/** The tokens in a user's list of those that are gone. */
function tokensIn(hex: string): string[] {
  if (hex === '') return [];
  const list = Buffer.from(hex, 'hex');
  const tokens = [];
  for (let at = 0; at < list.length; ) {
    const end = at + 2 + list.readUInt16BE(at);
    tokens.push(unpackToken(list.subarray(at + 2, end)));
    at = end;
  }
  return tokens;
}
