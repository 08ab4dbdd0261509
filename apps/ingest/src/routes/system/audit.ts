import { AppId } from '@fanfare/core';
import { type FoundAuditEntry, readAudit, readAuditOfDeleted } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { PageLimit } from '../../http/fields.ts';
import { pageOf } from '../../http/pages.ts';
import { unknownApp } from '../../http/require-app.ts';

const Entry = z.object({
  id: z.string(),
  at: z.number().int().describe('Epoch ms.'),
  appId: z.string().optional(),
  who: z.string().describe('`admin`, or `key:` and the id of an API key.'),
  actor: z.string().optional().describe('The person, as named in the `actor` header next to the admin key.'),
  action: z.string().optional().describe('What was done. Absent in entries that an older release wrote.'),
  operation: z.string().describe('As in this document, e.g. `PATCH /v3/apps/{appId}`.'),
  ids: z.record(z.string(), z.string()).describe('The ids of what it concerns.'),
  fields: z.array(z.string()).describe('The names of the fields in its body; values are not recorded.'),
});
const Query = z.strictObject({
  appId: AppId.optional().describe('Only what concerns this app, which may be deleted.'),
  limit: PageLimit.describe('Maximum number of entries in the page.'),
  cursor: z
    .string()
    .regex(/^\d{1,16}-\d{1,10}$/, 'is not a cursor')
    .optional()
    .describe('The `meta.cursor` of the previous page.'),
});

/** The route that shows who changed what. */
export function auditRoutes(server: Server, deps: IngestDeps): void {
  server.get(
    '/v3/audit',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'List what operators have changed, newest first',
        description:
          'Changes to apps, keys, providers and settings, replays, tests and imports by any key, and whatever else ' +
          'was changed with the admin key: about 10,000 in all, 1,000 of each app.',
        querystring: Query,
        response: { 200: pageOf(Entry).describe('A page of changes.') },
      },
    },
    async ({ query: { appId, limit, cursor } }) => {
      const found = await find(deps, appId, { before: cursor, limit: limit + 1 });
      const data = found.slice(0, limit);
      return { data, meta: found.length > limit ? { cursor: data.at(-1)?.id } : {} };
    },
  );
}

/** @throws FanfareError if there is no such app and no entry of one. */
async function find(
  { registry, intake }: IngestDeps,
  publicId: string | undefined,
  page: { before?: string | undefined; limit: number },
): Promise<FoundAuditEntry[]> {
  if (publicId === undefined) return readAudit(registry, undefined, page);
  const appId = await intake.appIds.get(publicId);
  if (appId !== undefined) return readAudit(registry, appId, page);
  const found = await readAuditOfDeleted(registry, publicId, page);
  if (found.length === 0 && page.before === undefined) throw unknownApp(publicId);
  return found;
}
