import { type EventRef, eventKeyTime } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { bucketOf, bucketTextOf } from '../buckets/bucket.ts';
import { type Entry, find, putAll } from '../buckets/buckets.ts';

/** The conversation of an event: with a user, or in a group. */
export interface ReferencedConversation {
  type: 'user' | 'group';
  /** The receiver's uid, as the event named it, or the group's guid. */
  id: string;
}

/** The event that a reference was made from. */
export interface Reference {
  conversation: ReferencedConversation;
  ref: EventRef;
}

/**
 * A reference as text: event key, shard and conversation, then the columns of its kind, separated by tabs. Keys, uids
 * and guids contain no tab; an id of the chat backend may, and must be the last column. The key comes first because it
 * starts with the event's time, so that references sort by it.
 */
export const encodeReference = ({ ref, conversation }: Reference, columns: readonly string[]): string =>
  referenceTo(ref, encodeSubject(conversation, columns));

/** The part of a reference that is known before its event is stored. */
export function encodeSubject({ type, id }: ReferencedConversation, columns: readonly string[]): string {
  let text = `${type[0]}${id}`;
  for (const column of columns) text += `\t${column}`;
  return text;
}

/** The reference that this part becomes once its event is stored. */
export const referenceTo = ({ key, shard }: EventRef, subject: string): string => `${key}\t${shard}\t${subject}`;

/** Decodes the text of `encodeReference`; `count` columns of its kind, the last of which takes the rest. */
export function decodeReference(text: string, count: number): Reference & { columns: string[] } {
  const parts = text.split('\t');
  const [key = '', shard, conversation = ''] = parts;
  const columns = parts.slice(3, 2 + count);
  if (parts.length > 2 + count) columns.push(parts.slice(2 + count).join('\t'));
  return {
    ref: { key, shard: Number(shard) },
    conversation: { type: conversation.startsWith('g') ? 'group' : 'user', id: conversation.slice(1) },
    columns,
  };
}

/** A kind of reference, kept in buckets by the id that the chat backend has for it. */
export interface ReferenceKind {
  /** The prefix of the buckets of an app with this name. */
  prefix: (appId: string, bucket: string) => string;
  /** The string in which older versions kept one. */
  old: (appId: string, id: string) => string;
}

/**
 * Writes references under the ids they are found by, in one round trip. The first of an id wins, of those whose events
 * were accepted on the same day.
 * @throws when any of them could not be written; writing them all again is safe.
 */
export async function writeFirst(
  redis: Redis,
  kind: ReferenceKind,
  appId: string,
  references: readonly { id: string; key: string; text: string }[],
  retentionMs: number,
): Promise<void> {
  const entries = references.map(({ id, key, text }) => ({ address: bucketTextOf(id), text, at: eventKeyTime(key) }));
  await putAll(redis, (name) => kind.prefix(appId, name), entries, retentionMs);
}

/** The texts of references, by id and in the order asked: in one round trip, and another if some are unknown. */
export const readAll = (
  redis: Redis,
  kind: ReferenceKind,
  appId: string,
  ids: readonly string[],
  now: number,
): Promise<(string | undefined)[]> =>
  Promise.all(
    ids.map(
      async (id) =>
        (await find(redis, entryOf(kind, appId, id), now)) ?? (await redis.get(kind.old(appId, id))) ?? undefined,
    ),
  );

function entryOf({ prefix }: ReferenceKind, appId: string, id: string): Entry {
  const { name, field } = bucketOf(id);
  return { prefix: prefix(appId, name), field };
}

const WRITE_LATEST = script<number>(`
-- KEYS reference
-- ARGV text, ttl
-- returns 1 when written, 0 when what stands ranks as high
local function rank(text) return string.match(text, '^[^\\t]*') end
local old = redis.call('GET', KEYS[1])
if old and rank(old) >= rank(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/**
 * Writes a text under a key, unless the stored text ranks as high: by what precedes the first tab. The latest text
 * wins, in any order of writing.
 */
export async function writeLatest(redis: Redis, key: string, text: string, ttlMs: number): Promise<void> {
  await WRITE_LATEST(redis, [key], [text, ttlMs]);
}

/** A moment (epoch ms) as a text that ranks by it. */
export const rankOf = (at: number): string => String(at).padStart(16, '0');
