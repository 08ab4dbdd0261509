import { changeSettings } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { requireApp, unknownApp } from '../../http/require-app.ts';
import { encodePosition } from '../../why/log-position.ts';
import { LogQuery } from '../../why/log-query.ts';
import { LogRowView, viewRows } from '../../why/log-view.ts';
import { type FoundPage, walkLog } from '../../why/log-walk.ts';

const PATH = '/v3/notifications/v1/logs';
const DAY_MS = 24 * 3_600_000;

const Link = z.object({ affix: z.string(), cursor: z.string() }).nullable();
const Page = z.object({
  data: z.array(LogRowView),
  meta: z.object({
    previous: Link.describe('The page before this one, walked back.'),
    current: z.object({ limit: z.number(), count: z.number() }),
    next: Link.describe('There may be more; a page may be empty and have a next one.'),
  }),
});
const Switch = z.strictObject({
  enabled: z.boolean(),
  days: z.number().int().min(1).max(7).default(7).describe('For how long, from now.'),
  content: z.boolean().default(false).describe('Whether rows show the payload, and so the texts.'),
});
const Switched = z.object({
  data: z.object({
    enabled: z.boolean(),
    until: z.number().describe('Until when events are logged, epoch ms; 0: they are not.'),
    content: z.boolean(),
  }),
});

/** The notification log: what was sent to whom and why not, event by event. */
export function logRoutes(server: Server, deps: IngestDeps): void {
  const config = { access: 'manage', body: 'small' } as const;

  server.get(
    PATH,
    {
      config,
      schema: {
        summary: 'The notification log',
        description: 'Filters take several values: separated by commas, or the parameter repeated.',
        querystring: LogQuery,
        response: { 200: Page },
      },
    },
    async ({ appId, query }) => {
      const app = await requireApp(deps, appId);
      // Switched off it shows nothing; what ran out may be looked at for as long as the ledger keeps it.
      const empty = app.settings.logs.until === 0 || (query.channel && !query.channel.includes('push'));
      const page = empty ? { found: [] } : await walkLog(deps, appId, query);
      return { data: await viewRows(deps, app, page.found), meta: metaOf(query, page) };
    },
  );

  server.put(
    PATH,
    {
      config,
      schema: {
        summary: 'Switch the notification log on or off',
        description: 'On for 7 days at most; then it goes off by itself. Events that came before are not in it.',
        body: Switch,
        response: { 200: Switched },
      },
    },
    async ({ appId, body: { enabled, days, content } }) => {
      const logs = enabled ? { until: deps.now() + days * DAY_MS, content } : null;
      const settings = await changeSettings(deps.registry, appId, { logs });
      if (!settings) throw unknownApp(appId);
      return { data: { enabled, ...settings.logs } };
    },
  );
}

function metaOf({ affix, cursor, limit }: LogQuery, { found, stoppedAt }: FoundPage) {
  const back = affix === 'append' ? 'prepend' : 'append';
  const [first] = found;
  return {
    previous: cursor !== undefined && first ? { affix: back, cursor: encodePosition(first.position) } : null,
    current: { limit, count: found.length },
    next: stoppedAt ? { affix, cursor: encodePosition(stoppedAt) } : null,
  };
}
