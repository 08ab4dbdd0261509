import {
  type AppSettings,
  type Event,
  type EventRef,
  endsRing,
  isCall,
  isMessage,
  isNotifying,
  type MessageEvent,
  NotifyOption,
} from '@fanfare/core';
import {
  endRing,
  recordCall,
  recordChange,
  recordLogged,
  recordMessages,
  recordReactions,
  removeReaction,
} from '@fanfare/ledger';
import type { App } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/** An event that has been accepted, now or before. */
export interface RecordedEvent {
  event: Event;
  ref: EventRef;
  receivedAt: number;
  /** How long everything about it is kept. */
  retentionMs: number;
  /** Accepted before: it is in the log already. */
  duplicate: boolean;
}

/**
 * Whether nothing sent of the message before is to be sent any more: it was deleted, or edited and everybody who has not
 * got it yet gets the edit.
 */
function overtakes(event: Event, { preferences }: AppSettings): event is MessageEvent {
  if (!isMessage(event) || event.type === 'message.sent') return false;
  if (event.type === 'message.deleted') return true;
  const { messageEditedSetting } = event.conversation.type === 'group' ? preferences.group : preferences.oneOnOne;
  return messageEditedSetting === NotifyOption.Notify && event.recipients === undefined;
}

/**
 * Notes what later events leave out and need to know: who wrote a message and where, what a reaction was, who is in a
 * call, that a ring is over, that a message was changed, a reaction removed; and, where the app keeps a log, that there is something to
 * show. Before the events are queued, so that a ring is over, and a text taken back, before anybody can send it; noting
 * the same again changes nothing.
 */
export async function recordReferences(
  { queueRedis, now }: IngestDeps,
  { appId, settings }: App,
  events: readonly RecordedEvent[],
): Promise<void> {
  const logged =
    settings.logs.until > now() ? events.filter(({ event, duplicate }) => !duplicate && isNotifying(event)) : [];
  await Promise.all([
    ...byRetention(events).map(([retentionMs, group]) => recordSameRetention(queueRedis, appId, group, retentionMs)),
    ...events.flatMap((recorded) => recordCallEvent(queueRedis, appId, recorded)),
    ...events.flatMap(({ event, ref, retentionMs }) =>
      overtakes(event, settings) ? [recordChange(queueRedis, appId, event, ref.key, retentionMs)] : [],
    ),
    ...events.flatMap(({ event, retentionMs }) =>
      event.type === 'reaction.removed'
        ? [removeReaction(queueRedis, appId, event.reaction.id, event.sentAt, retentionMs)]
        : [],
    ),
    ...logged.map(({ ref, receivedAt, retentionMs }) => recordLogged(queueRedis, appId, ref, receivedAt, retentionMs)),
  ]);
}

async function recordSameRetention(
  queueRedis: IngestDeps['queueRedis'],
  appId: string,
  events: readonly RecordedEvent[],
  retentionMs: number,
): Promise<void> {
  const messages = events.flatMap(({ event, ref }) =>
    event.type === 'message.sent'
      ? [
          {
            messageId: event.message.id,
            author: event.sender.uid,
            conversation: conversationRef(event.conversation),
            ref,
          },
        ]
      : [],
  );
  const reactions = events.flatMap(({ event, ref }) =>
    event.type === 'reaction.added'
      ? [
          {
            reactionId: event.reaction.id,
            messageId: event.reaction.messageId,
            reactor: event.sender.uid,
            ...(event.reaction.messageSender ? { author: event.reaction.messageSender } : {}),
            conversation: conversationRef(event.conversation),
            ref,
          },
        ]
      : [],
  );
  if (messages.length > 0) await recordMessages(queueRedis, appId, messages, retentionMs);
  if (reactions.length > 0) await recordReactions(queueRedis, appId, reactions, retentionMs);
}

function recordCallEvent(
  queueRedis: IngestDeps['queueRedis'],
  appId: string,
  { event, ref, retentionMs }: RecordedEvent,
): Promise<void>[] {
  if (!isCall(event)) return [];
  const { sessionId, type, id: callId } = event.call;
  if (endsRing(event)) return [endRing(queueRedis, appId, sessionId, event.sentAt, retentionMs)];
  if (event.type !== 'call.initiated') return [];
  const conversation = conversationRef(event.conversation);
  const call = { sessionId, type, caller: event.sender.uid, conversation, ref, ...(callId ? { callId } : {}) };
  return [recordCall(queueRedis, appId, call, retentionMs)];
}

const conversationRef = ({ type, id }: { type: 'user' | 'group'; id: string }) => ({ type, id });

function byRetention(events: readonly RecordedEvent[]): [number, RecordedEvent[]][] {
  const groups = new Map<number, RecordedEvent[]>();
  for (const recorded of events)
    groups.set(recorded.retentionMs, [...(groups.get(recorded.retentionMs) ?? []), recorded]);
  return [...groups];
}
