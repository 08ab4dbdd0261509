import { FanfareError, listOf, PROVIDER_KINDS } from '@fanfare/core';
import { type DeadLetterGroup, dropDeadLetter, type FoundDeadLetter, summarizeDeadLetters } from '@fanfare/ledger';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { seconds } from '../../http/fields.ts';
import { PageQuery, validCursor } from '../../http/pages.ts';
import { pageOfLetters } from './page-of-letters.ts';
import { readReplay, selected, startReplay, stopReplay } from './replay.ts';
import type { Selection } from './replay-record.ts';

const filterFields = {
  provider: z.enum(PROVIDER_KINDS).optional(),
  reason: z.string().max(100).optional(),
  eventId: z.string().max(200).optional().describe('Those of one event, looked up directly.'),
};
const Filter = z.strictObject(filterFields);
const Page = z.strictObject({ ...filterFields, ...PageQuery.shape });
const SelectionBody = z
  .strictObject({ ids: listOf(z.string().max(64), { min: 1, max: 10_000 }).optional(), filter: Filter.optional() })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), 'must have either ids or filter');

const Letter = z.object({
  id: z.string(),
  eventId: z.string(),
  uid: z.string(),
  provider: z.enum(PROVIDER_KINDS),
  deviceId: z.string().optional(),
  reason: z.string(),
  detail: z.string().optional().describe("The provider's error text."),
  attempts: z.number(),
  at: z.number().describe('Epoch seconds.'),
});
const Letters = z.object({
  data: z.array(Letter),
  meta: z.object({
    looked: z.number().int().describe('Entries this request has looked at: about 2,000 at most.'),
    cursor: z.string().optional().describe('Continues the search, with the same filters; absent at the end.'),
  }),
});
const Replay = z.object({
  data: z.object({
    id: z.string(),
    state: z.enum(['running', 'done', 'failed', 'stopped']),
    total: z.number().optional().describe('Dead letters selected; absent until they have been counted.'),
    replayed: z.number(),
    skipped: z.number().describe('Their event has expired, or they were replayed or dismissed meanwhile.'),
  }),
});
const ReplayParams = z.object({ id: z.string() });
const unknownReplay = (id: string) => new FanfareError('ERR_REPLAY_NOT_FOUND', `id: there is no replay "${id}"`);

/** Dead letters counted in one request: about 100 ms. */
const MOST_COUNTED = 5000;
const Group = z.object({
  provider: z.enum(PROVIDER_KINDS),
  reason: z.string(),
  count: z.number(),
  first: z.number().describe('When the oldest was given up, epoch seconds.'),
  last: z.number().describe('When the newest was given up, epoch seconds.'),
  byHour: z
    .array(z.object({ at: z.number().describe('The beginning of the hour, epoch seconds.'), count: z.number() }))
    .describe('How many were given up in each hour that has any, oldest first.'),
  sample: Letter.describe('The newest.'),
});
const Summary = z.object({
  data: z.array(Group),
  meta: z.object({
    counted: z.number(),
    cursor: z.string().optional().describe('There are more: add the groups of the next request.'),
  }),
});

/** Routes for dead letters: list, replay, delete. */
export function deadLetterRoutes(server: Server, deps: IngestDeps): void {
  server.get(
    '/v3/dead-letters',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'List dead letters, newest first',
        description:
          'With `eventId`, those of one event, in the order of its deliveries. Filters are applied while looking at ' +
          'about 2,000 entries: a page may be empty and have a cursor.',
        querystring: Page,
        response: { 200: Letters.describe('A page of deliveries that failed for good.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const { limit, cursor, ...filter } = request.query;
      const { letters, ...meta } = await validCursor(() => pageOfLetters(deps, appId, { filter, cursor, limit }));
      return { data: letters.map(view), meta };
    },
  );

  server.get(
    '/v3/dead-letters/summary',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'Count dead letters by provider and reason',
        description: `At most ${MOST_COUNTED} per request; \`meta.cursor\` continues.`,
        querystring: z.strictObject({ cursor: z.string().max(200).optional() }),
        response: { 200: Summary.describe('The groups, largest first.') },
      },
    },
    async ({ appId, query: { cursor } }) => {
      const { queueRedis, shards } = deps;
      const summary = await validCursor(() =>
        summarizeDeadLetters(queueRedis, appId, shards.all, { cursor, most: MOST_COUNTED }),
      );
      const { groups, looked: counted, cursor: next } = summary;
      return { data: groups.map(groupView), meta: { counted, ...(next === undefined ? {} : { cursor: next }) } };
    },
  );

  server.post(
    '/v3/dead-letters/replay',
    {
      config: { access: 'manage', body: 'list', audit: { action: 'Replay dead letters' } },
      schema: {
        summary: 'Replay dead letters',
        description: 'Sends the given dead letters again, or all that match the filter. Runs in the background.',
        body: SelectionBody,
        response: { 202: Replay.describe('The replay has started; poll it by its `id`.') },
      },
    },
    async (request, reply) => {
      const { appId, body } = request;
      const replay = await startReplay(deps, appId, selection(body));
      request.concerns = { id: replay.id, ...concerned(body) };
      return reply.code(202).send({ data: replay });
    },
  );

  server.get(
    '/v3/dead-letters/replays/:id',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'Get replay progress',
        params: ReplayParams,
        response: { 200: Replay.describe('The state of the replay and its counts so far.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const progress = await readReplay(deps, appId, request.params.id);
      if (!progress) throw unknownReplay(request.params.id);
      return { data: progress };
    },
  );

  server.post(
    '/v3/dead-letters/replays/:id/stop',
    {
      config: { access: 'manage', body: 'small', audit: { action: 'Stop replay' } },
      schema: {
        summary: 'Stop a replay',
        description:
          'It ends after those in hand, 50 at most; what it has sent again stays sent, the rest stays listed.',
        params: ReplayParams,
        response: { 202: Replay.describe('The replay as it was; poll it until it is `stopped`.') },
      },
    },
    async ({ appId, params: { id } }, reply) => {
      const progress = await stopReplay(deps, appId, id);
      if (!progress) throw unknownReplay(id);
      return reply.code(202).send({ data: progress });
    },
  );

  server.delete(
    '/v3/dead-letters',
    {
      config: { access: 'manage', body: 'small', audit: { action: 'Delete dead letters' } },
      schema: {
        summary: 'Delete dead letters',
        description: 'Deletes the given dead letters, or all that match the filter.',
        body: SelectionBody,
        response: {
          200: z.object({ data: z.object({ dropped: z.number() }) }).describe('The number of dead letters deleted.'),
        },
      },
    },
    async (request) => {
      const { appId, body } = request;
      request.concerns = concerned(body);
      let dropped = 0;
      for await (const letters of selected(deps, appId, selection(body))) {
        for (const letter of letters) if (await dropDeadLetter(deps.queueRedis, appId, letter)) dropped++;
      }
      return { data: { dropped } };
    },
  );
}

const selection = ({ ids, filter }: z.infer<typeof SelectionBody>): Selection =>
  ids === undefined ? { by: 'filter', filter: filter ?? {} } : { by: 'ids', ids };

/** The letters of a selection, for the audit log: one by its id, or those of a filter. */
const concerned = ({ ids = [], filter }: z.infer<typeof SelectionBody>) =>
  ids.length === 1 ? { letter: ids[0] } : { ...filter };

const groupView = ({ first, last, byHour, sample, ...group }: DeadLetterGroup) => ({
  ...group,
  first: seconds(first),
  last: seconds(last),
  byHour: byHour.map(({ at, count }) => ({ at: seconds(at), count })),
  sample: view(sample),
});

const view = ({ ref: _ref, ordinal: _ordinal, slice: _slice, at, ...letter }: FoundDeadLetter) => ({
  ...letter,
  at: seconds(at),
});
