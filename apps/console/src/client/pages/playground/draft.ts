import type { Conversation, FanfareEvent } from '@fanfare/client';

/** What the form can write: the usual events, with the fields that matter. */
export interface Draft {
  kind: 'message' | 'reaction' | 'call' | 'cancel';
  sender: string;
  to: Conversation['type'];
  /** uid or guid. */
  id: string;
  /** Of a message. */
  text: string;
  /** Of a reaction. */
  emoji: string;
  /** The message reacted to. */
  messageId: string;
  /** Of a call. */
  call: 'audio' | 'video';
  /** Of the call that is cancelled. */
  sessionId: string;
}

export const KINDS: Record<Draft['kind'], string> = {
  message: 'Message',
  reaction: 'Reaction',
  call: 'Call',
  cancel: 'Cancelled call',
};

export const FIRST_DRAFT: Draft = {
  kind: 'message',
  sender: 'alice',
  to: 'user',
  id: 'bob',
  text: 'Hello from the playground!',
  emoji: '👍',
  messageId: '',
  call: 'audio',
  sessionId: '',
};

/** What is new in each event: a part of its ids, and the time, epoch ms. */
export interface Stamp {
  run: string;
  sentAt: number;
}

/** The event that a draft stands for. */
export function eventOf({ kind, sender, to, id, ...draft }: Draft, { run, sentAt }: Stamp): FanfareEvent {
  const base = {
    id: `console-${run}`,
    sentAt,
    sender: { uid: sender },
    conversation: { type: to, id } as Conversation,
  };
  if (kind === 'message') return { ...base, type: 'message.sent', message: { id: `message-${run}`, text: draft.text } };
  if (kind === 'reaction') {
    const messageSender = to === 'user' ? { messageSender: id } : {};
    const reaction = { id: `reaction-${run}`, reaction: draft.emoji, messageId: draft.messageId, ...messageSender };
    return { ...base, type: 'reaction.added', reaction };
  }
  if (kind === 'call') {
    return { ...base, type: 'call.initiated', call: { sessionId: `call-${run}`, type: draft.call } };
  }
  return { ...base, type: 'call.cancelled', call: { sessionId: draft.sessionId, type: draft.call } };
}

/** Reads an event back into the form; undefined if the form cannot show all of it. */
export function draftOf(event: FanfareEvent, old: Draft): Draft | undefined {
  const draft = { ...old, ...fieldsOf(event) };
  const stamp = stampIn(event);
  return stamp && isSame(eventOf(draft, stamp), event) ? draft : undefined;
}

function fieldsOf(event: FanfareEvent): Partial<Draft> {
  const conversation = 'conversation' in event ? event.conversation : undefined;
  const base = { sender: event.sender?.uid, ...(conversation && { to: conversation.type, id: conversation.id }) };
  if (event.type === 'message.sent') return { ...base, kind: 'message', text: event.message?.text ?? '' };
  if (event.type === 'reaction.added') {
    return { ...base, kind: 'reaction', emoji: event.reaction?.reaction, messageId: event.reaction?.messageId };
  }
  if (event.type === 'call.initiated') return { ...base, kind: 'call', call: event.call?.type };
  if (event.type !== 'call.cancelled') return base;
  return { ...base, kind: 'cancel', call: event.call?.type, sessionId: event.call?.sessionId };
}

function stampIn({ id, sentAt }: FanfareEvent): Stamp | undefined {
  const run = /^console-(.+)$/.exec(id)?.[1];
  return run === undefined ? undefined : { run, sentAt };
}

/** Equal as JSON, whatever the order of the fields. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) =>
    isSame((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
  );
}

/** The same event as a new one: with another id and time, and new ids of what it makes. */
export function renewed(event: FanfareEvent, { run, sentAt }: Stamp): FanfareEvent {
  const fresh = { ...event, id: `console-${run}`, sentAt };
  if (fresh.type === 'message.sent') return { ...fresh, message: { ...fresh.message, id: `message-${run}` } };
  if (fresh.type === 'reaction.added') return { ...fresh, reaction: { ...fresh.reaction, id: `reaction-${run}` } };
  if (fresh.type === 'call.initiated') return { ...fresh, call: { ...fresh.call, sessionId: `call-${run}` } };
  return fresh;
}

/** An event written as JSON, or what is wrong with it. */
export function parseEvent(text: string): { event: FanfareEvent } | { problem: string } {
  try {
    const event: unknown = JSON.parse(text);
    if (typeof event === 'object' && event !== null && !Array.isArray(event)) return { event: event as FanfareEvent };
    return { problem: 'An event is a JSON object.' };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
