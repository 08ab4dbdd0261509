import type { Event, MessageEvent } from '@fanfare/core';

/** Where an event of CometChat's happened, as our own events say it. */
export type Conversation = MessageEvent['conversation'];

/** What a webhook body leaves out and somebody has to remember (docs/rules/cometchat.md#lookups). */
export type Lookup =
  /** The author and the conversation of a message: reactions name neither. */
  | { kind: 'message'; messageId: string }
  /** The call of a session: its start and its end name nobody. */
  | { kind: 'session'; sessionId: string }
  /** The newest call of a conversation (see `conversationId` in core): some call states name no session. */
  | { kind: 'last_call'; conversationId: string };

/** What the lookup found; nothing where nothing is known. */
export interface Found {
  /** As it was sent: in a 1:1 the conversation is the author's, its id the receiver's uid. */
  message?: { author: string; conversation: Pick<Conversation, 'type' | 'id'> } | undefined;
  /** As it was initiated: in a 1:1 the conversation is the caller's, its id the uid of who was called. */
  call?:
    | {
        sessionId: string;
        callId?: string | undefined;
        type: 'audio' | 'video';
        caller: string;
        conversation: Pick<Conversation, 'type' | 'id'>;
      }
    | undefined;
}

/** Why an accepted webhook became no event. */
export const TRANSLATION_REASONS = ['ignored', 'unknown_message', 'unknown_call', 'names_only_actor'] as const;
type TranslationReason = (typeof TRANSLATION_REASONS)[number];

/** What a webhook says that is state, and no event. Times in epoch ms. */
export type StateChange =
  /** Whether a person is at the chat, and since when. */
  { kind: 'presence'; uid: string; status: 'online' | 'offline'; at: number } | { kind: 'group_deleted'; guid: string };

/** What a webhook amounts to: valid events, or none and the reason. */
export interface Translation {
  events: Event[];
  reason?: TranslationReason;
  /** What it changes besides, or instead. */
  state?: StateChange;
}

/** A body that was read: what it still needs, and how it becomes events. */
export interface Reading {
  needs?: Lookup;
  complete(found: Found): Translation;
}

/** What a reader gets besides the checked fields. */
export interface Context {
  trigger: string;
  /** Epoch ms; stands in where the body has no time. */
  now: number;
  /** `data` as it came. */
  data: unknown;
}

/** A reading that needs nothing more. */
export const ready = (...events: Event[]): Reading => ({ complete: () => ({ events }) });
