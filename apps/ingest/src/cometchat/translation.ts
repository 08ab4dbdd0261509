import type { Event, MessageEvent } from '@fanfare/core';

/** The conversation of an event, in the shape of our events. */
export type Conversation = MessageEvent['conversation'];

/** What a webhook body leaves out and must be looked up (docs/rules/cometchat.md#lookups). */
export type Lookup =
  /** The author and conversation of a message, which reactions do not name. */
  | { kind: 'message'; messageId: string }
  /** The call of a session, whose start and end name no users. */
  | { kind: 'session'; sessionId: string }
  /** The newest call of a conversation (see `conversationKeyOf` in core), for call states that name no session. */
  | { kind: 'last_call'; conversationId: string };

/** The result of the lookup; empty if nothing is known. */
export interface Found {
  /** The message as sent. In a 1:1 the conversation id is the receiver's uid. */
  message?: { author: string; conversation: Pick<Conversation, 'type' | 'id'> } | undefined;
  /** The call as initiated. In a 1:1 the conversation id is the callee's uid. */
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

/** Why an accepted webhook produced no event. */
export const TRANSLATION_REASONS = ['ignored', 'unknown_message', 'unknown_call', 'names_only_actor'] as const;
type TranslationReason = (typeof TRANSLATION_REASONS)[number];

/** A change of state in a webhook that is not an event. Times in epoch ms. */
export type StateChange =
  /** Whether a user is online, and since when. */
  { kind: 'presence'; uid: string; status: 'online' | 'offline'; at: number } | { kind: 'group_deleted'; guid: string };

/** The translation of a webhook: valid events, or none and the reason. */
export interface Translation {
  events: Event[];
  reason?: TranslationReason;
  /** A change of state besides the events, or instead. */
  state?: StateChange;
}

/** A body that was read: what must be looked up, and how to complete it. */
export interface Reading {
  needs?: Lookup;
  complete(found: Found): Translation;
}

/** What a reader gets besides the validated fields. */
export interface Context {
  trigger: string;
  /** Epoch ms; used if the body has no time. */
  now: number;
  /** The original `data`. */
  data: unknown;
}

/** A reading that needs no lookup. */
export const ready = (...events: Event[]): Reading => ({ complete: () => ({ events }) });
