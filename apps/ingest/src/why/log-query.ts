import { LOG_TRIGGERS, type LogFacts, PROVIDER_KINDS } from '@fanfare/core';
import type { LogRow } from '@fanfare/ledger';
import { z } from 'zod';
import { PageCursor, PageLimit } from '../http/fields.ts';
import { ids, isAmong, Moment, several } from '../http/filters.ts';

/** The filters of the log (docs/rules/cometchat.md#log), and the page to read. */
export const LogQuery = z
  .object({
    messageId: ids(),
    reactionId: ids(),
    from: Moment.describe('Received at or after, epoch ms.'),
    to: Moment.describe('Received at or before, epoch ms.'),
    messageCategory: ids(),
    messageType: ids(),
    trigger: several(z.enum(Object.values(LOG_TRIGGERS))),
    sender: ids(),
    reactionSender: ids(),
    receiver: ids().describe('Needs receiverType.'),
    receiverType: several(z.enum(['user', 'group'])),
    reactionReceiver: ids(),
    member: ids().describe('uid of the recipient.'),
    channel: several(z.enum(['push', 'email', 'sms'])).describe('Only push exists here.'),
    provider: several(z.enum([...PROVIDER_KINDS, 'sendgrid', 'twilio'])),
    notificationTriggered: z.stringbool().optional().describe('Whether there was anything to send.'),
    reason: ids(),
    success: z.stringbool().optional().describe('Whether a provider accepted it.'),
    affix: z.enum(['prepend', 'append']).default('prepend').describe('prepend: newest first. append: oldest first.'),
    logId: ids().describe('`_id` of log entries.'),
    archive: z
      .stringbool()
      .default(true)
      .describe('false: only what is still in Redis, e.g. while the archive cannot be reached.'),
    limit: PageLimit,
    cursor: PageCursor.describe(
      'From `meta.next` or `meta.previous`; use it with the `affix` given there and the same filters.',
    ),
  })
  .refine(({ receiver, receiverType }) => receiver === undefined || receiverType !== undefined, {
    path: ['receiverType'],
    error: 'is required with receiver',
  });
export type LogQuery = z.infer<typeof LogQuery>;

/** Filters on the event, which apply to all its rows. */
const EVENT_FILTERS = [
  'messageId',
  'reactionId',
  'messageCategory',
  'messageType',
  'trigger',
  'sender',
  'reactionSender',
  'receiver',
  'receiverType',
  'reactionReceiver',
] as const satisfies readonly (keyof LogFacts & keyof LogQuery)[];

/** Whether rows of an event can match. */
export const eventWanted = (facts: LogFacts, query: LogQuery): boolean =>
  EVENT_FILTERS.every((name) => isAmong(facts[name], query[name]));

/** Whether a row of a matching event matches. */
export const rowWanted = (row: LogRow, query: LogQuery): boolean =>
  isAmong(row.id, query.logId) &&
  isAmong(row.uid, query.member) &&
  isAmong(row.target?.provider, query.provider) &&
  isAmong(row.reason, query.reason) &&
  (query.notificationTriggered === undefined || query.notificationTriggered === (row.target !== undefined)) &&
  (query.success === undefined || query.success === (row.state === 'accepted'));
