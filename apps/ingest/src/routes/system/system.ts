import { LANES, PROVIDER_KINDS, publicAppId } from '@fanfare/core';
import { PROCESS_ROLES, readProcessSettings } from '@fanfare/redis';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { readSystem } from '../../system/system-state.ts';
import { FINDING_CODES, FINDING_LEVELS, verdictOf } from '../../system/verdict.ts';

const count = z.number().int();
const time = z.number().int().describe('Epoch ms.');
const Finding = z.object({
  level: z.enum(FINDING_LEVELS),
  code: z.enum(FINDING_CODES),
  appId: z.string().optional(),
  sentence: z.string(),
});
const Process = z.object({
  id: z.string().describe('New at every start.'),
  role: z.enum(PROCESS_ROLES),
  version: z.string(),
  host: z.string(),
  pid: z.number().int(),
  startedAt: time,
  seenAt: time.describe('When it last reported, epoch ms. A report is valid for 15 seconds.'),
  providers: z.array(z.string()).optional().describe('The providers a sender serves.'),
  shards: z.array(z.number().int()).optional().describe('The shards a worker serves.'),
  inFlight: count.optional().describe('Sends waiting for an answer.'),
  sweeper: z
    .object({
      lastRunAt: time.optional().describe('When it last completed a run, epoch ms; absent before the first.'),
      tookMs: count.optional(),
      restored: count.describe('Jobs that were missing, and added again.'),
      expired: count.describe('Deliveries that were too late.'),
      trimmed: count.describe('Finished events deleted early, since memory was short.'),
    })
    .optional()
    .describe('What the sweeper of a fan-out has done since the process started.'),
});
const Breaker = z.object({
  appId: z.string(),
  provider: z.enum(PROVIDER_KINDS),
  target: z.enum(['endpoint', 'credential']),
  name: z.string().describe('Origin of the webhook, or id of the credential.'),
  reason: z.string().describe('`dead_tokens_guarded`: it is used, but its reports of dead tokens are not believed.'),
  since: time,
  until: time.optional().describe('When it is tried again, epoch ms; absent while nothing is held for it.'),
  held: z.object({ call: count, chat: count, bulk: count }).describe('Deliveries outside the queues, by lane.'),
  waiting: count.describe('All deliveries of the app for this provider, in the queues or held.'),
});
const LaneView = z.object({
  lane: z.enum(LANES),
  openEvents: count.describe('Events that are not done: waiting, delayed, held or in progress.'),
  oldestMs: z.number().describe('How long the oldest of them has been open; 0 if there is none.'),
  waiting: count.describe('Jobs in the queues, of events and deliveries.'),
  active: count,
  delayed: count,
  held: count.describe('Deliveries held until their endpoint or credential works again.'),
  pausedSince: time.optional().describe('When an operator paused it, epoch ms; absent while it runs.'),
});
const RedisView = z.object({
  fullness: z.number().describe('Used share of `maxmemory`; 0 without a limit.'),
  stops: z.array(z.string()).describe('What has stopped because Redis is too full.'),
  registryFullness: z.number().optional().describe("The same of the registry's server, if it is another."),
  durability: z.enum(['disk', 'second', 'none', 'unknown']),
  maxmemoryPolicy: z.string(),
  replicas: z.string(),
});
const System = z.object({
  data: z.object({
    at: time,
    verdict: z.array(Finding).describe('The state in sentences, the worst first.'),
    processes: z.array(Process),
    breakers: z.array(Breaker).describe('Endpoints and credentials that refuse, most deliveries first.'),
    lanes: z.array(LaneView),
    redis: RedisView,
  }),
});

const Configuration = z.object({
  data: z.array(
    z.object({
      ...Process.pick({ id: true, role: true, host: true, pid: true }).shape,
      settings: z.array(
        z.object({
          name: z.string().describe('The environment variable.'),
          value: z.string().optional().describe('Its effective value, without secrets; absent if it has none.'),
          isSet: z.boolean().describe('Whether it differs from the default.'),
        }),
      ),
    }),
  ),
});

/** The routes that show the state of the whole system, and what its processes run with. */
export function systemRoutes(server: Server, deps: IngestDeps): void {
  server.get(
    '/v3/system',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Get the state of the system',
        description: 'Says in sentences what is wrong, and which processes, lanes and endpoints it rests on.',
        response: { 200: System.describe('The state of the system now.') },
      },
    },
    async () => {
      const state = await readSystem(deps);
      const { at, processes, breakers, lanes, redis } = state;
      return {
        data: {
          at,
          verdict: verdictOf(state),
          processes: [...processes],
          breakers: breakers.map((one) => ({ ...one, appId: publicAppId(one.appId) })),
          lanes: [...lanes],
          redis: { ...redis, stops: [...redis.stops] },
        },
      };
    },
  );

  server.get(
    '/v3/system/configuration',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Get the effective configuration',
        description:
          'What each process that has reported within the last 15 seconds runs with. Of a secret it says only ' +
          'whether there is one; URLs are without credentials and query.',
        querystring: z.strictObject({ name: z.string().max(100).optional().describe('Only this variable.') }),
        response: { 200: Configuration.describe('The variables of each process.') },
      },
    },
    async ({ query: { name } }) => {
      const all = await readProcessSettings(deps.queueRedis);
      const wanted = (setting: { name: string }) => name === undefined || setting.name === name;
      return { data: all.map(({ settings, ...process }) => ({ ...process, settings: settings.filter(wanted) })) };
    },
  );
}
