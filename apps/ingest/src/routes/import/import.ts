import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { FanfareError } from '@fanfare/core';
import { z } from 'zod';
import type { OverloadGuard } from '../../accept/overload.ts';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { seconds } from '../../http/fields.ts';
import { type ImportProgress, MAX_BAD_LINES, readImport } from '../../import/import-record.ts';
import { beginImport, runImport } from '../../import/run-import.ts';

const ImportId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 characters of A-Z, a-z, 0-9, "_" and "-"');
const lines = z.number().int();
const Progress = z.object({
  data: z.object({
    id: z.string(),
    state: z
      .enum(['running', 'stopped', 'done'])
      .describe('stopped: the request ended early. Continue at `offset`; also if a running one no longer moves.'),
    dryRun: z.boolean(),
    offset: lines.describe('Lines done with.'),
    imported: z
      .object({ user: lines, token: lines, preferences: lines, mute: lines, group: lines, member: lines })
      .describe('Lines imported, by type; in a dry run, lines that are valid.'),
    rejected: lines.describe('Lines not imported.'),
    problems: z
      .array(z.object({ line: lines.describe('Counted from 1.'), problem: z.string() }))
      .describe(`The first ${MAX_BAD_LINES.toLocaleString('en')} lines not imported, and why.`),
    updatedAt: z.number().describe('Epoch seconds.'),
  }),
});

/** Routes for bulk imports, for the chat backend. */
export function importRoutes(server: Server, deps: IngestDeps, guard: OverloadGuard): void {
  server.post(
    '/v3/import',
    {
      config: { access: 'manage', body: 'import', audit: { action: 'Import' } },
      schema: {
        summary: 'Import users, tokens, preferences, mutes and groups',
        description:
          'Takes an NDJSON stream with one object per line (docs/import.md); its `type` is user, token, preferences, ' +
          'mute, group or member. Lines with a problem are skipped and reported. Importing the same lines again ' +
          'changes nothing. If the request ends early, send the rest with the same `id` and the `offset` that the ' +
          'progress names.',
        consumes: ['application/x-ndjson'],
        querystring: z.strictObject({
          id: ImportId.optional().describe('Id of the import, chosen by the caller. Absent: a random one.'),
          offset: z.coerce
            .number()
            .int()
            .min(0)
            .default(0)
            .describe('Continues an import: the `offset` of its progress. 0: starts again.'),
          dryRun: z.stringbool().default(false).describe('true: only checks the lines. Quotas are not checked.'),
        }),
        response: { 200: Progress.describe('The import is complete; some lines may have been rejected.') },
      },
    },
    async (request) => {
      const { appId, query, body, headers } = request;
      if (!headers['content-type']?.startsWith('application/x-ndjson')) {
        throw new FanfareError('ERR_UNSUPPORTED_MEDIA_TYPE', 'content-type: must be application/x-ndjson');
      }
      const { id = token(), offset, dryRun } = query;
      const run = { appId, id, token: token() };
      const begun = await beginImport(deps, run, { offset, dryRun });
      request.concerns = { id };
      return { data: view(await runImport(deps, guard, run, begun, body as Readable)) };
    },
  );

  server.get(
    '/v3/import/:id',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'Get import progress',
        params: z.object({ id: ImportId }),
        response: { 200: Progress.describe('How far the import has come. Kept for 7 days.') },
      },
    },
    async ({ appId, params: { id } }) => {
      const progress = await readImport(deps.registry, appId, id);
      if (!progress) throw new FanfareError('ERR_IMPORT_NOT_FOUND', `id: there is no import "${id}"`);
      return { data: view(progress) };
    },
  );
}

const token = (): string => randomBytes(9).toString('hex');

const view = ({ updatedAt, ...progress }: ImportProgress) => ({ ...progress, updatedAt: seconds(updatedAt) });
