import { FanfareError, listOf, PROVIDER_KINDS } from '@fanfare/core';
import { type DeadLetterFilter, dropDeadLetter, type FoundDeadLetter, listDeadLetters } from '@fanfare/ledger';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { seconds } from '../../http/fields.ts';
import { PageQuery, pageOf } from '../../http/pages.ts';
import { readReplay, selected, startReplay } from './replay.ts';
import type { Selection } from './replay-record.ts';

const filterFields = { provider: z.enum(PROVIDER_KINDS).optional(), reason: z.string().max(100).optional() };
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
const Replay = z.object({
  data: z.object({
    id: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    replayed: z.number(),
    skipped: z.number(),
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
        querystring: Page,
        response: { 200: pageOf(Letter).describe('A page of deliveries that failed for good.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const { limit, cursor, ...filter } = request.query;
      const page = await list(deps, appId, { filter, cursor, limit });
      return { data: page.letters.map(view), meta: page.cursor === undefined ? {} : { cursor: page.cursor } };
    },
  );

  server.post(
    '/v3/dead-letters/replay',
    {
      config: { access: 'manage', body: 'list' },
      schema: {
        summary: 'Replay dead letters',
        description: 'Sends the given dead letters again, or all that match the filter. Runs in the background.',
        body: SelectionBody,
        response: { 202: Replay.describe('The replay has started; poll it by its `id`.') },
      },
    },
    async (request, reply) => {
      const { appId } = request;
      return reply.code(202).send({ data: await startReplay(deps, appId, selection(request.body)) });
    },
  );

  server.get(
    '/v3/dead-letters/replays/:id',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'Get replay progress',
        params: z.object({ id: z.string() }),
        response: { 200: Replay.describe('The state of the replay and its counts so far.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const progress = await readReplay(deps, appId, request.params.id);
      if (!progress) throw new FanfareError('ERR_REPLAY_NOT_FOUND', `id: there is no replay "${request.params.id}"`);
      return { data: progress };
    },
  );

  server.delete(
    '/v3/dead-letters',
    {
      config: { access: 'manage', body: 'small' },
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
      const { appId } = request;
      let dropped = 0;
      for await (const letters of selected(deps, appId, selection(request.body))) {
        for (const letter of letters) if (await dropDeadLetter(deps.queueRedis, appId, letter)) dropped++;
      }
      return { data: { dropped } };
    },
  );
}

const selection = ({ ids, filter }: z.infer<typeof SelectionBody>): Selection =>
  ids === undefined ? { by: 'filter', filter: filter ?? {} } : { by: 'ids', ids };

async function list(
  { queueRedis, config }: IngestDeps,
  appId: string,
  page: { filter: DeadLetterFilter; cursor: string | undefined; limit: number },
) {
  try {
    return await listDeadLetters(queueRedis, appId, config.QUEUE_SHARDS, page);
  } catch (error) {
    if (error instanceof RangeError) throw new FanfareError('ERR_BAD_REQUEST', 'cursor: is invalid');
    throw error;
  }
}

const view = ({ ref: _ref, ordinal: _ordinal, slice: _slice, at, ...letter }: FoundDeadLetter) => ({
  ...letter,
  at: seconds(at),
});
