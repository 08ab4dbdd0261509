import { FanfareClientError, type Page, type ProviderKind } from '@fanfare/client';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { fanfare, fanfareOf } from './fanfare.ts';
import type { ApnsCredential, FcmCredential, Providers, Webhook } from './provider-types.ts';
import type { Settings } from './settings-types.ts';

/** How many dead letters a list begins with, and grows by. */
const LETTERS = 100;
const MOST = { limit: 100 };

/** A session of a user, without its auth token. */
export interface UserSession {
  id: string;
  prefix: string;
  /** Epoch seconds. */
  createdAt: number;
}

/** The queries of the pages that change an app: its providers, users, settings, dead letters and keys. */
export const appQueries = {
  providers: (app: string) =>
    queryOptions({
      queryKey: [app, 'providers'],
      queryFn: async (): Promise<Providers> => {
        const kinds = ['fcm', 'apns', 'custom'] as const;
        const [fcm, apns, custom] = await Promise.all(kinds.map((kind) => fanfareOf(app).providers(kind)));
        return { fcm: fcm as FcmCredential[], apns: apns as ApnsCredential[], custom: custom as Webhook[] };
      },
    }),
  /** All users. Not repeated: a page looks through many keys of Redis. */
  users: (app: string) =>
    infiniteQueryOptions({
      queryKey: [app, 'users'],
      queryFn: ({ pageParam }) => fanfareOf(app).users({ ...MOST, ...(pageParam && { cursor: pageParam }) }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ meta }: Page<object>) => meta.cursor,
    }),
  /** Null if no user has the uid. */
  user: (app: string, uid: string) =>
    queryOptions({ queryKey: [app, 'user', uid], queryFn: () => orNull(fanfareOf(app).user(uid)) }),
  devices: (app: string, uid: string, state: 'active' | 'quarantined' = 'active') =>
    queryOptions({
      queryKey: [app, 'user', uid, 'devices', state],
      queryFn: async () => (await fanfareOf(app).devices(uid, { ...MOST, state })).data,
    }),
  sessions: (app: string, uid: string) =>
    queryOptions({
      queryKey: [app, 'user', uid, 'sessions'],
      queryFn: () =>
        fanfareOf(app).request<UserSession[]>({
          method: 'GET',
          path: `/v3/users/${encodeURIComponent(uid)}/auth_tokens?limit=${MOST.limit}`,
        }),
    }),
  mutes: (app: string, uid: string) =>
    queryOptions({ queryKey: [app, 'user', uid, 'mutes'], queryFn: () => fanfareOf(app).mutes(uid) }),
  preferences: (app: string, uid: string) =>
    queryOptions({ queryKey: [app, 'user', uid, 'preferences'], queryFn: () => fanfareOf(app).preferences(uid) }),
  settings: (app: string) =>
    queryOptions({
      queryKey: [app, 'settings'],
      queryFn: () => fanfareOf(app).request<Settings>({ method: 'GET', path: '/v3/notifications/v1/settings' }),
    }),
  deadLetterGroups: (app: string) =>
    queryOptions({ queryKey: [app, 'dead-letters', 'groups'], queryFn: () => fanfareOf(app).deadLetterGroups() }),
  deadLetters: (app: string, filter: { provider?: ProviderKind; reason?: string }) =>
    infiniteQueryOptions({
      queryKey: [app, 'dead-letters', 'list', filter],
      queryFn: ({ pageParam }) =>
        fanfareOf(app).deadLetters({ limit: LETTERS, ...filter, ...(pageParam && { cursor: pageParam }) }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ meta }: Page<object>) => meta.cursor,
      placeholderData: keepPreviousData,
    }),
  keys: (app: string) =>
    queryOptions({ queryKey: [app, 'keys'], queryFn: async () => (await fanfare.apiKeys(app, { limit: 1000 })).data }),
};

async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof FanfareClientError && error.status === 404) return null;
    throw error;
  }
}
