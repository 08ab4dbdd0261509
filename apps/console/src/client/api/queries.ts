import type { EventFilter, FanfareEvent, ProviderKind, RecipientFilter, StatsQuery } from '@fanfare/client';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { fanfare, fanfareOf } from './fanfare.ts';
import { readSession } from './session.ts';
import { readSetup } from './setup.ts';

/** An event as it was written, or the id of one that is kept. */
export type EventSource = { event: FanfareEvent } | { eventId: string };

/** What would happen to an event for a user. */
export interface Explanation {
  uid: string;
  decision: 'sent' | 'suppressed' | 'not_in_audience' | 'waiting' | 'expired' | 'superseded';
  reason?: string;
  detail?: string;
  targets: { provider: ProviderKind; platform?: string; deviceId?: string }[];
  sentence: string;
}

/** A notification as it would be rendered. */
export interface Preview {
  title: string;
  body: string;
  payload: Record<string, unknown>;
}

/** How many rows a list begins with, and grows by. */
const PAGE = 50;

/** Every query of the console: its key and how it is fetched. The key begins with the app, if it is about one. */
export const queries = {
  session: () => queryOptions({ queryKey: ['session'], queryFn: readSession, staleTime: Number.POSITIVE_INFINITY }),
  system: () => queryOptions({ queryKey: ['system'], queryFn: () => fanfare.system() }),
  /** What the processes run with. */
  configuration: () => queryOptions({ queryKey: ['configuration'], queryFn: () => fanfare.configuration() }),
  apps: () => queryOptions({ queryKey: ['apps'], queryFn: () => fanfare.apps({ limit: 1000 }) }),
  audit: (app?: string) =>
    infiniteQueryOptions({
      queryKey: ['audit', app],
      queryFn: ({ pageParam }) => fanfare.audit({ limit: PAGE, cursor: pageParam, appId: app }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ meta }) => meta.cursor,
    }),
  /** Statistics of the time up to now. */
  stats: (app: string, { lastMs, ...query }: Omit<StatsQuery, 'from' | 'to'> & { lastMs: number }) =>
    queryOptions({
      queryKey: [app, 'stats', lastMs, query],
      queryFn: () => fanfareOf(app).stats({ ...query, from: Date.now() - lastMs }),
    }),
  /** The latest attempts, oldest first. */
  outcomes: (app: string, limit: number) =>
    queryOptions({ queryKey: [app, 'outcomes', limit], queryFn: () => fanfareOf(app).outcomes({ limit }) }),
  events: (app: string, filter: EventFilter) =>
    infiniteQueryOptions({
      queryKey: [app, 'events', filter],
      queryFn: ({ pageParam }) => fanfareOf(app).events({ limit: PAGE, ...filter, cursor: pageParam }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ meta }) => meta.cursor,
      placeholderData: keepPreviousData,
    }),
  /** One event as the list has it; null if it is not kept. */
  event: (app: string, id: string) =>
    queryOptions({
      queryKey: [app, 'event', id],
      queryFn: async () => (await fanfareOf(app).events({ id })).data[0] ?? null,
    }),
  recipients: (app: string, id: string, filter: RecipientFilter) =>
    infiniteQueryOptions({
      queryKey: [app, 'recipients', id, filter],
      queryFn: ({ pageParam }) => fanfareOf(app).recipients(id, { limit: PAGE, ...filter, cursor: pageParam }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ meta }) => meta.cursor,
      placeholderData: keepPreviousData,
    }),
  /** How far an app is on the way to its first push. */
  setup: (app: string) => queryOptions({ queryKey: [app, 'setup'], queryFn: () => readSetup(app) }),
  explanation: (app: string, source: EventSource, uid: string) =>
    queryOptions({
      queryKey: [app, 'explanation', source, uid],
      queryFn: () =>
        fanfareOf(app).request<Explanation>({ method: 'POST', path: '/v3/explain', body: { ...source, uid } }),
    }),
  preview: (app: string, source: EventSource, { uid, platform }: { uid?: string; platform: string }) =>
    queryOptions({
      queryKey: [app, 'preview', source, uid, platform],
      queryFn: () => {
        const body = { ...source, platform, uid };
        return fanfareOf(app).request<Preview>({
          method: 'POST',
          path: '/v3/notifications/v1/templates/preview',
          body,
        });
      },
    }),
  trace: (app: string, id: string, uid: string) =>
    queryOptions({ queryKey: [app, 'trace', id, uid], queryFn: () => fanfareOf(app).trace(id, uid) }),
};
