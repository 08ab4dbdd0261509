import { type Event, eventKeyTime, withoutContent } from '@fanfare/core';
import { commandEach, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { type KeptList, keyIn, memberOf } from './kept.ts';
import { packRecords, readStored } from './pack-records.ts';
import { isPacked, pack, unpack } from './packed.ts';

/** Moves the first events of a list to that of events without content, as far as they are the ones given. */
const MOVE = script<number>(`
-- KEYS list of messages, list of those without content, all lists
-- ARGV member of the second list, event key …
-- returns how many events were moved
local moved, expires = 0, redis.call('PEXPIRETIME', KEYS[1])
for i = 2, #ARGV do
  local entry = redis.call('LINDEX', KEYS[1], 0)
  if not entry or string.match(entry, '^[^ ]+') ~= ARGV[i] then break end
  redis.call('LPOP', KEYS[1])
  redis.call('RPUSH', KEYS[2], entry)
  moved = moved + 1
end
if moved > 0 then
  if redis.call('PEXPIRETIME', KEYS[2]) < expires then redis.call('PEXPIREAT', KEYS[2], expires) end
  redis.call('ZADD', KEYS[3], 'GT', expires, ARGV[1])
end
return moved
`);

/** Replaces a packed record by another, unless it has gone. */
const REPACK = script<number>(`
-- KEYS event
-- ARGV field, value …
-- returns 1 when replaced, else 0
local expires = redis.call('PEXPIRETIME', KEYS[1])
if expires < 0 or redis.call('HEXISTS', KEYS[1], 'exp') == 1 then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV))
redis.call('PEXPIREAT', KEYS[1], expires)
return 1
`);

/**
 * Removes the content of up to `limit` finished messages of a list that were received before a time (epoch ms): no one
 * can be notified of them any longer. Who was reached and how stays for the retention. Returns how many were looked at.
 * Cut off in between, another run does it again.
 */
export async function shedContent(redis: Redis, list: KeptList, before: number, limit: number): Promise<number> {
  const { shard, appId } = list;
  const old = memberOf({ kind: 'old', appId });
  const messages = keys.kept(shard, memberOf({ kind: 'chat', appId }));
  const first = (await redis.lrange(messages, '0', String(limit - 1))).map(keyIn);
  const firstToStay = first.findIndex((key) => eventKeyTime(key) >= before);
  const due = firstToStay < 0 ? first : first.slice(0, firstToStay);
  if (due.length === 0) return 0;
  await removeContent(redis, shard, due);
  await MOVE(redis, [messages, keys.kept(shard, old), keys.keptLists(shard)], [old, ...due]);
  return due.length;
}

/**
 * Removes the content of up to `limit` events of a shard that are done and have no dead letter left, since all were
 * dismissed or dropped, and packs them. Returns how many there were; done again if it is cut off.
 */
export async function shedLetterless(redis: Redis, shard: number, limit: number): Promise<number> {
  const some = await redis.srandmember(keys.letterless(shard), limit);
  if (some.length === 0) return 0;
  await packRecords(redis, shard, await readStored(redis, shard, some));
  await removeContent(redis, shard, some);
  await redis.srem(keys.letterless(shard), ...some);
  return some.length;
}

async function removeContent(redis: Redis, shard: number, eventKeys: readonly string[]): Promise<void> {
  const hashes = (await commandEach(redis, eventKeys, (commands, key) =>
    commands.hgetallBuffer(keys.event(shard, key)),
  )) as Record<string, Buffer>[];
  const calls = eventKeys.flatMap((key, i) => {
    const args = withoutBody(hashes[i] as Record<string, Buffer>);
    return args ? [{ keys: [keys.event(shard, key)], args }] : [];
  });
  await REPACK.each(redis, calls);
}

/** The fields of a packed hash without the content of its event. */
function withoutBody(hash: Record<string, Buffer>): (string | Buffer)[] | undefined {
  if (!isPacked(hash)) return undefined;
  const record = unpack(hash);
  const { body, ...fields } = record.fields;
  if (body === undefined) return undefined;
  const lean = JSON.stringify(withoutContent(JSON.parse(body) as Event));
  return pack({ ...record, fields: { ...fields, body: lean } });
}
