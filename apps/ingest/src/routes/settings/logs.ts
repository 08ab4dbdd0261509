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
    previous: Link.describe('Link to the previous page.'),
    current: z.object({ limit: z.number(), count: z.number() }),
    next: Link.describe('Link to the next page, which may exist even if this page is empty.'),
  }),
});
const Switch = z.strictObject({
  enabled: z.boolean(),
  days: z.number().int().min(1).max(7).default(7).describe('How many days to log, from now.'),
  content: z.boolean().default(false).describe('Whether rows include the payload, with the texts.'),
});
const Switched = z.object({
  data: z.object({
    enabled: z.boolean(),
    until: z.number().describe('Events are logged until this time, epoch ms; 0: not at all.'),
    content: z.boolean(),
  }),
});

/** Routes for the notification log: per event, what was sent to whom, or why not. */
export function logRoutes(server: Server, deps: IngestDeps): void {
  const config = { access: 'manage', body: 'small' } as const;

  server.get(
    PATH,
    {
      config,
      schema: {
        summary: 'List notification log entries',
        description: 'Each filter takes several values, separated by commas or as repeated parameters.',
        querystring: LogQuery,
        response: { 200: Page.describe('A page of log entries.') },
      },
    },
    async ({ appId, query }) => {
      const app = await requireApp(deps, appId);
      // A log that was switched off shows nothing; one that expired stays readable while the ledger keeps its events.
      const empty = app.settings.logs.until === 0 || (query.channel && !query.channel.includes('push'));
      const page = empty ? { found: [] } : await walkLog(deps, appId, query);
      return { data: await viewRows(deps, app, page.found), meta: metaOf(query, page) };
    },
  );

  server.put(
    PATH,
    {
      config: { ...config, audit: { action: 'Switch log' } },
      schema: {
        summary: 'Switch the notification log on or off',
        description:
          'Stays on for at most 7 days, then switches itself off. Covers only events received while it is on.',
        body: Switch,
        response: { 200: Switched.describe('The state of the log.') },
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
