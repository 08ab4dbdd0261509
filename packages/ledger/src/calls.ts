import { conversationId } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { decodeNote, encodeNote, type Noted } from './notes.ts';
import { script } from './script.ts';

/** The ring of a call: what the later states of the same session lack (PARITY 5.6). */
export interface CallNote extends Noted {
  sessionId: string;
  /** The chat backend's id of the call message. */
  callId?: string;
  type: 'audio' | 'video';
  /** uid of who calls. */
  caller: string;
}

/**
 * The longest that a call is remembered, however long its event is kept. A ring and what ends it are sent within a
 * minute or not at all; only `ended` may come later, as long after the ring as people talk. A day is longer than that.
 */
export const CALL_MEMORY_MS = 24 * 3_600_000;

/** Keeps the text that begins with the latest event key. */
const KEEP_LATEST = script<number>(`
-- KEYS last call; ARGV text, event key, ttl
local old = redis.call('GET', KEYS[1])
if old and string.match(old, '^[^\\t]*') >= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1
`);

/**
 * Remembers a ring, by session (the first note stands) and as the last of its conversation (the latest event stands,
 * in whatever order they are noted).
 */
export async function noteCall(redis: Redis, appId: string, call: CallNote, retentionMs: number): Promise<void> {
  const ttl = Math.min(retentionMs, CALL_MEMORY_MS);
  const last = keys.lastCall(appId, conversationId(call.caller, call.conversation));
  await Promise.all([
    redis.set(keys.call(appId, call.sessionId), encode(call), 'PX', ttl, 'NX'),
    KEEP_LATEST(redis, [last], [encode(call), call.ref.key, ttl]),
  ]);
}

/** The ring of a session, or undefined when there was none within a day. */
export async function findCall(redis: Redis, appId: string, sessionId: string): Promise<CallNote | undefined> {
  const text = await redis.get(keys.call(appId, sessionId));
  return text === null ? undefined : decode(text);
}

/** The latest ring in a conversation (see core's `conversationId`), or undefined when there was none within a day. */
export async function findLastCall(redis: Redis, appId: string, conversation: string): Promise<CallNote | undefined> {
  const text = await redis.get(keys.lastCall(appId, conversation));
  return text === null ? undefined : decode(text);
}

/**
 * Marks that a later state of a session came (cancelled, unanswered, rejected, busy, ended): it rings no more. May come
 * before the ring itself is noted. The first state stands.
 */
export async function endRing(
  redis: Redis,
  appId: string,
  sessionId: string,
  state: string,
  retentionMs: number,
): Promise<void> {
  await redis.set(keys.ringEnd(appId, sessionId), state, 'PX', Math.min(retentionMs, CALL_MEMORY_MS), 'NX');
}

/** The state that ended the ringing of a session, or undefined while it may ring. One GET. */
export const ringEnded = async (redis: Redis, appId: string, sessionId: string): Promise<string | undefined> =>
  (await redis.get(keys.ringEnd(appId, sessionId))) ?? undefined;

/** The session and the call have ids of the chat backend's, which may hold anything: JSON has no tab. */
function encode(call: CallNote): string {
  const ids = call.callId === undefined ? [call.sessionId] : [call.sessionId, call.callId];
  return encodeNote(call, [call.caller, call.type, JSON.stringify(ids)]);
}

function decode(text: string): CallNote {
  const { ref, conversation, columns } = decodeNote(text, 3);
  const [caller = '', type, ids = '[]'] = columns;
  const [sessionId = '', callId] = JSON.parse(ids) as string[];
  const call = { sessionId, type: type as CallNote['type'], caller, conversation, ref };
  return callId === undefined ? call : { ...call, callId };
}
