import type { EventFilter, StatsQuery } from '@fanfare/client';
import { queryOptions } from '@tanstack/react-query';
import { fanfare, fanfareOf } from './fanfare.ts';
import { readSession } from './session.ts';

/** Every query of the console: its key and how it is fetched. The key begins with the app, if it is about one. */
export const queries = {
  session: () => queryOptions({ queryKey: ['session'], queryFn: readSession, staleTime: Number.POSITIVE_INFINITY }),
  system: () => queryOptions({ queryKey: ['system'], queryFn: () => fanfare.system() }),
  apps: () => queryOptions({ queryKey: ['apps'], queryFn: () => fanfare.apps({ limit: 100 }) }),
  events: (app: string, filter: EventFilter) =>
    queryOptions({ queryKey: [app, 'events', filter], queryFn: () => fanfareOf(app).events(filter) }),
  stats: (app: string, query: StatsQuery) =>
    queryOptions({ queryKey: [app, 'stats', query], queryFn: () => fanfareOf(app).stats(query) }),
};
