import {
  type AppSettings,
  type CallEvent,
  type Event,
  type EventRef,
  endsRing,
  isCall,
  isNotifying,
  type MessageEvent,
  NotifyOption,
} from '@fanfare/core';
import {
  endRing,
  type ReactionReference,
  type ReferencedConversation,
  recordCall,
  recordChange,
  recordLogged,
  recordReactions,
  removeReaction,
} from '@fanfare/ledger';
import type { App } from '@fanfare/store';
import type { Redis } from 'ioredis';

/** What is kept of a new message until it is stored, with its reference: thousands may wait at a time. */
interface SentMessage {
  type: 'message.sent';
  isNotifying: boolean;
}

/** An event as far as later ones may refer to it. */
export type Referable = SentMessage | Exclude<Event, { type: 'message.sent' }>;

/** What later events need to know of an event. */
export const referable = (event: Event): Referable =>
  event.type === 'message.sent' ? { type: event.type, isNotifying: isNotifying(event) } : event;

/** An event that was accepted, now or earlier. */
export interface RecordedEvent {
  event: Referable;
  ref: EventRef;
  /** How long its records are kept. */
  retentionMs: number;
  /** Accepted earlier, so already in the log. */
  duplicate: boolean;
}

/**
 * Whether pending deliveries of the message must no longer be sent: it was deleted, or it was edited and every
 * recipient gets the edit.
 */
function supersedes(event: Referable, { preferences }: AppSettings): event is Extract<Referable, MessageEvent> {
  if (event.type === 'message.deleted') return true;
  if (event.type !== 'message.edited') return false;
  const { messageEditedSetting } = event.conversation.type === 'group' ? preferences.group : preferences.oneOnOne;
  return messageEditedSetting === NotifyOption.Notify && event.recipients === undefined;
}

/**
 * Records what later events refer to, but for messages, whose references are stored with them: reactions, calls, ended
 * rings, changed messages and removed reactions; and an entry in the app's log if it keeps one. Runs before the events
 * are queued, so that a ring has ended and a text is withdrawn before anything is sent. Idempotent.
 */
export async function recordReferences(
  { queueRedis, now }: { queueRedis: Redis; now(): number },
  { appId, settings }: App,
  events: readonly RecordedEvent[],
): Promise<void> {
  const logged =
    settings.logs.until > now() ? events.filter(({ event, duplicate }) => !duplicate && notifies(event)) : [];
  const reactions = events.filter(({ event }) => event.type === 'reaction.added');
  const writes = byRetention(reactions).map(([retentionMs, group]) =>
    recordReactions(queueRedis, appId, group.flatMap(reactionsIn), retentionMs),
  );
  for (const { event, ref, retentionMs } of events) {
    if (event.type === 'message.sent') continue;
    const written = isCall(event)
      ? recordCallEvent(queueRedis, appId, event, ref, retentionMs)
      : supersedes(event, settings)
        ? recordChange(queueRedis, appId, event, ref.key, retentionMs)
        : event.type === 'reaction.removed'
          ? removeReaction(queueRedis, appId, event.reaction.id, event.sentAt, retentionMs)
          : undefined;
    if (written) writes.push(written);
  }
  for (const [retentionMs, group] of byRetention(logged)) {
    const refs = group.map(({ ref }) => ref);
    writes.push(recordLogged(queueRedis, appId, refs, retentionMs));
  }
  await Promise.all(writes);
}

function reactionsIn({ event, ref }: RecordedEvent): ReactionReference[] {
  if (event.type !== 'reaction.added') return [];
  const { id: reactionId, messageId, messageSender } = event.reaction;
  const conversation = conversationRef(event.conversation);
  const author = messageSender ? { author: messageSender } : {};
  return [{ reactionId, messageId, reactor: event.sender.uid, ...author, conversation, ref }];
}

function recordCallEvent(
  queueRedis: Redis,
  appId: string,
  event: CallEvent,
  ref: EventRef,
  retentionMs: number,
): Promise<void> | undefined {
  const { sessionId, type, id: callId } = event.call;
  if (endsRing(event)) return endRing(queueRedis, appId, sessionId, event.sentAt, retentionMs);
  if (event.type !== 'call.initiated') return undefined;
  const conversation = conversationRef(event.conversation);
  const call = { sessionId, type, caller: event.sender.uid, conversation, ref, ...(callId ? { callId } : {}) };
  return recordCall(queueRedis, appId, call, retentionMs);
}

const notifies = (event: Referable): boolean =>
  event.type === 'message.sent' ? event.isNotifying : isNotifying(event);

const conversationRef = ({ type, id }: ReferencedConversation): ReferencedConversation => ({ type, id });

function byRetention(events: readonly RecordedEvent[]): [number, RecordedEvent[]][] {
  const groups = new Map<number, RecordedEvent[]>();
  for (const recorded of events) {
    const group = groups.get(recorded.retentionMs);
    if (group) group.push(recorded);
    else groups.set(recorded.retentionMs, [recorded]);
  }
  return [...groups];
}
