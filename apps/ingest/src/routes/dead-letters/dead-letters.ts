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
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), 'needs either ids or filter');

const Letter = z.object({
  id: z.string(),
  eventId: z.string(),
  uid: z.string(),
  provider: z.enum(PROVIDER_KINDS),
  deviceId: z.string().optional(),
  reason: z.string(),
  detail: z.string().optional().describe("The provider's own words."),
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

/** Deliveries that were given up: look, send again, drop. */
export function deadLetterRoutes(server: Server, deps: IngestDeps): void {
  server.get(
    '/v3/dead-letters',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'Deliveries that were given up, the newest first',
        querystring: Page,
        response: { 200: pageOf(Letter) },
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
        summary: 'Send dead letters again',
        description: 'Those of these ids, or all that match; goes on after the answer.',
        body: SelectionBody,
        response: { 202: Replay },
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
        summary: 'How far a replay is',
        params: z.object({ id: z.string() }),
        response: { 200: Replay },
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
        summary: 'Drop dead letters',
        description: 'Those of these ids, or all that match.',
        body: SelectionBody,
        response: { 200: z.object({ data: z.object({ dropped: z.number() }) }) },
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
    if (error instanceof RangeError) throw new FanfareError('ERR_BAD_REQUEST', 'cursor: is not one of ours');
    throw error;
  }
}

const view = ({ ref: _ref, ordinal: _ordinal, at, ...letter }: FoundDeadLetter) => ({ ...letter, at: seconds(at) });
