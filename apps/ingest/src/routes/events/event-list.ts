import {
  conversationOf,
  DELIVERY_STATES,
  EVENT_TYPES,
  EventId,
  FanfareError,
  isMessage,
  LANES,
  PROVIDER_KINDS,
} from '@fanfare/core';
import { type EventSummary, findEvent, readProgress } from '@fanfare/ledger';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, PageCursor, PageLimit } from '../../http/fields.ts';
import { ids, Moment, several } from '../../http/filters.ts';
import { findEvents } from '../../why/find-events.ts';
import { findRecipients, RECIPIENT_DECISIONS, type RecipientPosition } from '../../why/find-recipients.ts';
import { Counts, EVENT_STATES } from './counts.ts';

const time = z.number().describe('Epoch ms.');

const EventsQuery = z.strictObject({
  from: Moment.describe('Received at or after, epoch ms.'),
  to: Moment.describe('Received at or before, epoch ms.'),
  type: several(z.enum(EVENT_TYPES)),
  sender: ids().describe('uid of the user who acted.'),
  conversation: ids().describe('guid of a group, uid of a receiver, or a `conversationId`.'),
  state: several(z.enum(EVENT_STATES)),
  id: EventId.optional().describe('Looked up directly.'),
  messageId: z.string().min(1).max(256).optional().describe('Looks up the event that sent this message.'),
  limit: PageLimit,
  cursor: PageCursor.describe('From `meta.cursor`, with the same filters.'),
});
const EventView = z.object({
  id: z.string(),
  type: z.enum(EVENT_TYPES),
  receivedAt: time,
  lane: z.enum(LANES),
  sender: z.string().describe('uid of the user who acted.'),
  conversation: z.object({ type: z.enum(['user', 'group']), id: z.string() }).optional(),
  messageId: z.string().optional(),
  state: z.enum(EVENT_STATES),
  counts: Counts,
  finishedAt: z.number().optional().describe('When its last delivery was settled, epoch ms.'),
  leaveBy: z.number().describe('Not sent after this time, epoch ms.'),
});
const looked = z.number().int();
const Events = z.object({
  data: z.array(EventView),
  meta: z.object({
    looked: looked.describe('Events this request has looked at: 2,000 at most.'),
    lookedTo: z.number().optional().describe('When the last of them was received, epoch ms.'),
    cursor: z.string().optional().describe('Continues the search; absent if all kept events were looked at.'),
  }),
});

const RecipientsQuery = z.strictObject({
  decision: several(z.enum(RECIPIENT_DECISIONS)),
  state: several(z.enum(DELIVERY_STATES)),
  provider: several(z.enum(PROVIDER_KINDS)),
  reason: ids().describe('Of a suppression, or of a rejected delivery.'),
  limit: PageLimit,
  cursor: PageCursor.describe('From `meta.cursor`, with the same filters.'),
});
const Recipients = z.object({
  data: z.array(
    z.object({
      uid: z.string(),
      decision: z.enum(RECIPIENT_DECISIONS),
      provider: z.enum(PROVIDER_KINDS).optional(),
      deviceId: z.string().optional(),
      state: z.enum(DELIVERY_STATES).optional(),
      reason: z.string().optional().describe('Why the user was not notified, or why the delivery was rejected.'),
      detail: z.string().optional().describe("The provider's error text."),
    }),
  ),
  meta: z.object({
    looked: looked.describe('Rows this request has looked at: about 2,000 at most.'),
    cursor: z.string().optional().describe('Continues the search; absent at the end of what is planned so far.'),
  }),
});

/** Routes that list events, and the recipients of one. */
export function eventListRoutes(server: Server, deps: IngestDeps): void {
  server.get(
    '/v3/events',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'List events, newest first',
        description:
          'All events that Redis still keeps, whether or not the log is on. Filters are applied while looking at up ' +
          'to 2,000 events: a page may be empty and have a cursor. Each filter takes several values, separated by ' +
          'commas or as repeated parameters.',
        querystring: EventsQuery,
        response: { 200: Events.describe('A page of events.') },
      },
    },
    async ({ appId, query }) => {
      const { found, ...meta } = await findEvents(deps, appId, query);
      return { data: found.map(viewOf), meta };
    },
  );

  server.get(
    '/v3/events/:id/recipients',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'List the recipients of an event',
        description: 'One row per delivery, and one per user who was not notified, in the order of the plan.',
        params: z.object({ id: EventId }),
        querystring: RecipientsQuery,
        response: { 200: Recipients.describe('A page of recipients.') },
      },
    },
    async ({ appId, params: { id }, query }) => {
      const ref = await findEvent(deps.queueRedis, appId, id, deps.now());
      const progress = ref && (await readProgress(deps.queueRedis, ref));
      if (!progress) throw new FanfareError('ERR_EVENT_NOT_FOUND', `id: there is no event "${id}"`);
      const { cursor, ...filters } = query;
      const from = cursor === undefined ? undefined : decodePosition(cursor);
      const { found, looked: rows, stoppedAt } = await findRecipients(deps, { appId, ref }, filters, from);
      const next = stoppedAt && { cursor: `${stoppedAt.slice}.${stoppedAt.row}` };
      return { data: found, meta: { looked: rows, ...next } };
    },
  );
}

function viewOf({ accepted, progress }: EventSummary): z.infer<typeof EventView> {
  const { event, receivedAt, lane, leaveBy } = accepted;
  const conversation = conversationOf(event);
  return {
    id: event.id,
    type: event.type,
    receivedAt,
    lane,
    sender: event.sender.uid,
    ...(conversation ? { conversation: { type: conversation.type, id: conversation.id } } : {}),
    ...(isMessage(event) ? { messageId: event.message.id } : {}),
    state: progress.state,
    counts: progress.counts,
    ...(progress.finishedAt === undefined ? {} : { finishedAt: progress.finishedAt }),
    leaveBy,
  };
}

/** @throws FanfareError if the cursor is invalid. */
function decodePosition(cursor: string): RecipientPosition {
  const [, slice, row] = /^(\d{1,9})\.(\d{1,9})$/.exec(cursor) ?? [];
  if (slice === undefined || row === undefined) throw badField('cursor', 'is invalid');
  return { slice: Number(slice), row: Number(row) };
}
