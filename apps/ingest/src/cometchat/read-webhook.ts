import { type FanfareError, listOf, MAX_RECIPIENTS } from '@fanfare/core';
import { z } from 'zod';
import { readInitiated, readSession, readState } from './calls.ts';
import { readActionOnMembers, readBlock, readGroupDeletion, readOwnAction, readRemoval } from './groups.ts';
import { readChange, readLegacySent, readSent, readVerdict } from './messages.ts';
import { readPresence } from './presence.ts';
import { readReaction } from './reactions.ts';
import { parse, type Reader } from './reader.ts';
import { readReceipt } from './receipts.ts';
import type { Found, Lookup, Reading, Translation } from './translation.ts';
import { WireUid } from './wire.ts';

/**
 * The triggers of docs/rules/cometchat.md#webhooks. All others, such as delivery receipts, are accepted and ignored.
 */
const READERS = new Map<string, Reader>([
  ['message_sent', readSent],
  ['user_mentioned', readSent],
  ['after_message', readLegacySent],
  ['message_edited', readChange('message.edited')],
  ['message_deleted', readChange('message.deleted')],
  ['message_reaction_added', readReaction('reaction.added')],
  ['message_reaction_removed', readReaction('reaction.removed')],
  ['message_read_receipt', readReceipt],
  ['group_member_joined', readOwnAction('group.member_joined')],
  ['group_member_left', readOwnAction('group.member_left')],
  ['group_member_added', readActionOnMembers('group.member_added')],
  ['group_member_kicked', readRemoval('group.member_kicked')],
  ['group_member_banned', readRemoval('group.member_banned')],
  ['group_member_unbanned', readRemoval('group.member_unbanned')],
  ['group_deleted', readGroupDeletion],
  ['group_member_scope_changed', readActionOnMembers('group.member_scope_changed')],
  ['call_initiated', readInitiated],
  ['call_cancelled', readState('call.cancelled')],
  ['call_rejected', readState('call.rejected')],
  ['call_unanswered', readState('call.unanswered')],
  ['call_busy', readState('call.busy')],
  ['call_started', readSession('call.ongoing')],
  ['call_ended', readSession('call.ended')],
  ['user_blocked', readBlock('user.blocked')],
  ['user_unblocked', readBlock('user.unblocked')],
  ['user_connection_status_changed', readPresence],
  ['moderation_engine_approved', readVerdict('approved')],
  ['moderation_engine_blocked', readVerdict('disapproved')],
  ['moderation_manual_approved', readVerdict('approved')],
]);

/** A validated CometChat webhook body. */
export interface CometChatRead {
  trigger: string;
  /** The app id in the body. */
  appId: string | undefined;
  /** The webhook has no effect here: `toEvents` returns none. */
  ignored: boolean;
  /** What to look up before calling `toEvents`. */
  needs: Lookup | undefined;
  /** Our extension: the only users considered, if given. */
  recipients: string[] | undefined;
  reading: Reading | undefined;
}

/** Must be right if it is given, since it is compared with the app of the key; 0 and an empty text stand for none. */
const AppId = z
  .union([z.string(), z.number()])
  .optional()
  .transform((id) => ([undefined, '', '0'].includes(id?.toString()) ? undefined : String(id)));
const Envelope = z.object({ trigger: z.string(), appId: AppId, data: z.looseObject({}).optional() });
const Named = z.object({
  data: z.object({ recipients: listOf(WireUid, { min: 1, max: MAX_RECIPIENTS }).optional() }),
});

/**
 * Reads a CometChat webhook body (docs/rules/cometchat.md#webhooks), or says which field is invalid. `now` (epoch ms)
 * replaces times that the body lacks.
 */
export function readCometChat(
  body: unknown,
  now: number,
): { ok: true; read: CometChatRead } | { ok: false; error: FanfareError } {
  const envelope = parse(Envelope, body);
  if (!envelope.ok) return envelope;
  const { trigger, appId, data } = envelope.data;
  const base = { trigger, appId, ignored: true, needs: undefined, recipients: undefined, reading: undefined };
  const reader = READERS.get(trigger);
  if (!reader) return { ok: true, read: base };
  const reading = reader(body, { trigger, now, data });
  if (!reading.ok) return reading;
  if (!reading.data) return { ok: true, read: base };
  // Hardly any webhook names recipients, and a schema costs the others as much as a part of their own.
  const named = data?.recipients === undefined ? undefined : parse(Named, body);
  if (named && !named.ok) return named;
  const recipients = named?.data.data.recipients;
  const { needs } = reading.data;
  return { ok: true, read: { ...base, ignored: false, needs, recipients, reading: reading.data } };
}

/**
 * Translates a body into native events, given what was found. Two deliveries of a webhook produce the same ids. Events
 * with `members` have no id of their own, so separate ones with identical content also share an id, and the caller must
 * distinguish them. If the message or call is unknown there is no event, and a reason.
 */
export function toEvents({ reading, recipients }: CometChatRead, found: Found = {}): Translation {
  if (!reading) return { events: [], reason: 'ignored' };
  const translation = reading.complete(found);
  if (!recipients) return translation;
  return { ...translation, events: translation.events.map((event) => ({ ...event, recipients })) };
}
