import { conversationKeyOf } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { decodeReference, encodeReference, type Reference, rankOf, writeLatest } from './reference.ts';

/**
 * The ring of a call: the data missing from later states of the same session (docs/rules/cometchat.md#call-webhooks).
 */
export interface CallReference extends Reference {
  sessionId: string;
  /** The chat backend's id of the call message. */
  callId?: string;
  type: 'audio' | 'video';
  /** uid of the caller. */
  caller: string;
}

/**
 * The longest a call is remembered, however long its event is kept. A ring and its end are sent within a minute or not
 * at all; only `ended` may come later, after a long conversation. A day is enough.
 */
export const CALL_MEMORY_MS = 24 * 3_600_000;

/**
 * Records a ring: by session, which some chat backends reuse for the next call in the same room, and as the latest of
 * its conversation. The latest event wins, in any order of recording.
 */
export async function recordCall(redis: Redis, appId: string, call: CallReference, retentionMs: number): Promise<void> {
  const ttl = Math.min(retentionMs, CALL_MEMORY_MS);
  const last = keys.lastCall(appId, conversationKeyOf(call.caller, call.conversation));
  await Promise.all([keys.call(appId, call.sessionId), last].map((key) => writeLatest(redis, key, encode(call), ttl)));
}

/** The latest ring of a session, or undefined when there was none within a day. */
export async function findCall(redis: Redis, appId: string, sessionId: string): Promise<CallReference | undefined> {
  const text = await redis.get(keys.call(appId, sessionId));
  return text === null ? undefined : decode(text);
}

/** The latest ring in a conversation (see `conversationKeyOf`), or undefined when there was none within a day. */
export async function findLastCall(
  redis: Redis,
  appId: string,
  conversation: string,
): Promise<CallReference | undefined> {
  const text = await redis.get(keys.lastCall(appId, conversation));
  return text === null ? undefined : decode(text);
}

/**
 * Records that a later state of a session came (cancelled, unanswered, rejected, busy, ended) at `at`, epoch ms:
 * earlier rings have ended. May come before the ring itself is recorded. The latest time wins.
 */
export async function endRing(
  redis: Redis,
  appId: string,
  sessionId: string,
  at: number,
  retentionMs: number,
): Promise<void> {
  await writeLatest(redis, keys.ringEnd(appId, sessionId), rankOf(at), Math.min(retentionMs, CALL_MEMORY_MS));
}

/** Whether a later state of the session has ended the ring that was sent at `ringAt`, epoch ms. One GET. */
export async function isRingOver(redis: Redis, appId: string, sessionId: string, ringAt: number): Promise<boolean> {
  const end = await redis.get(keys.ringEnd(appId, sessionId));
  return end !== null && ringAt <= Number(end);
}

/** Sessions and calls have ids of the chat backend, which may contain anything: JSON escapes tabs. */
function encode(call: CallReference): string {
  const ids = call.callId === undefined ? [call.sessionId] : [call.sessionId, call.callId];
  return encodeReference(call, [call.caller, call.type, JSON.stringify(ids)]);
}

function decode(text: string): CallReference {
  const { ref, conversation, columns } = decodeReference(text, 3);
  const [caller = '', type, ids = '[]'] = columns;
  const [sessionId = '', callId] = JSON.parse(ids) as string[];
  const call = { sessionId, type: type as CallReference['type'], caller, conversation, ref };
  return callId === undefined ? call : { ...call, callId };
}
