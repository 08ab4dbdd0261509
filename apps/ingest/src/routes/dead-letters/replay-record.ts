import { PROVIDER_KINDS } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { LetterFilter } from './page-of-letters.ts';

/** Selects dead letters: by id, or all that match a filter. */
export type Selection = { by: 'ids'; ids: string[] } | { by: 'filter'; filter: LetterFilter };

/** The progress of a replay. */
export interface ReplayProgress {
  id: string;
  /** `stopped`: an operator stopped it. */
  state: 'running' | 'done' | 'failed' | 'stopped';
  /** Letters selected; unknown until they have been counted. */
  total?: number;
  replayed: number;
  /** Letters whose event has expired, or that another replay took. */
  skipped: number;
}

/**
 * The stored progress, including the letters in hand, so that a crash after replaying some does not lose their count.
 * Versions that replayed one at a time stored one.
 */
export type StoredProgress = ReplayProgress & { inHand?: string | string[] };

/** The request a replay carries out. */
export interface ReplayOrder {
  selection: Selection;
  /** Epoch ms. Younger letters are skipped: they are new, or have been replayed and failed again. */
  startedAt: number;
}

/** A replay run by this process, which holds its lease under this token. */
export interface Lease {
  appId: string;
  id: string;
  token: string;
}

/** How long a replay's record is kept. */
const KEPT_S = 24 * 3600;

/** A process that has not renewed its lease for this long counts as dead; another resumes its replay. */
export const LEASE_MS = 10_000;

/** Set of running replays, as `<appId> <id>`, where every ingest looks for those without a lease. */
const RUNNING = 'replays';

const progressKey = ({ appId, id }: Omit<Lease, 'token'>) => `replay:{${appId}}:${id}`;
const orderKey = (replay: Omit<Lease, 'token'>) => `${progressKey(replay)}:order`;
const stopKey = (replay: Omit<Lease, 'token'>) => `${progressKey(replay)}:stop`;
const leaseKey = (replay: Omit<Lease, 'token'>) => `${progressKey(replay)}:lease`;

/** Stores a new replay and the lease of its process. */
export async function storeReplay(
  redis: Redis,
  lease: Lease,
  order: ReplayOrder,
  progress: StoredProgress,
): Promise<void> {
  await redis.set(orderKey(lease), JSON.stringify(storedOrder(order)), 'EX', KEPT_S);
  await redis.set(progressKey(lease), JSON.stringify(progress), 'EX', KEPT_S);
  await redis.set(leaseKey(lease), lease.token, 'PX', LEASE_MS);
  await redis.sadd(RUNNING, `${lease.appId} ${lease.id}`);
}

/** The progress of a replay; undefined if it is unknown. */
export async function loadProgress(redis: Redis, replay: Omit<Lease, 'token'>): Promise<StoredProgress | undefined> {
  const text = await redis.get(progressKey(replay));
  return text === null ? undefined : (JSON.parse(text) as StoredProgress);
}

/** The request of a replay; undefined if it is unknown, `foreign` if this version cannot read all of it. */
export async function loadOrder(
  redis: Redis,
  replay: Omit<Lease, 'token'>,
): Promise<ReplayOrder | 'foreign' | undefined> {
  const text = await redis.get(orderKey(replay));
  return text === null ? undefined : readOrder(text);
}

const Filter = z.strictObject({ provider: z.enum(PROVIDER_KINDS).optional(), reason: z.string().optional() });

/**
 * An order as it is stored. Strict: a field of a later version may narrow the selection, and to ignore it would send
 * what was not selected.
 *
 * Versions without `eventId` ignore it, in a filter as well, and would send every letter of the app. They take an order
 * by ids that has none for broken, so that the replay fails.
 */
const StoredOrder = z.strictObject({
  selection: z.union([
    z.strictObject({ by: z.literal('ids'), ids: z.array(z.string()) }),
    z.strictObject({ by: z.literal('filter'), filter: Filter }),
    z.strictObject({ by: z.literal('ids'), eventId: z.string(), filter: Filter }),
  ]),
  startedAt: z.number(),
});

function storedOrder({ selection, startedAt }: ReplayOrder): z.infer<typeof StoredOrder> {
  if (selection.by === 'ids') return { selection, startedAt };
  const { eventId, ...filter } = selection.filter;
  if (eventId === undefined) return { selection: { by: 'filter', filter }, startedAt };
  return { selection: { by: 'ids', eventId, filter }, startedAt };
}

function readOrder(text: string): ReplayOrder | 'foreign' {
  const { data } = StoredOrder.safeParse(JSON.parse(text));
  if (data === undefined) return 'foreign';
  const { selection, startedAt } = data;
  if (!('eventId' in selection)) return { selection, startedAt };
  const { eventId, filter } = selection;
  return { selection: { by: 'filter', filter: { ...filter, eventId } }, startedAt };
}

/** Asks whichever process runs a replay to stop it. */
export async function askToStop(redis: Redis, replay: Omit<Lease, 'token'>): Promise<void> {
  await redis.set(stopKey(replay), '1', 'EX', KEPT_S);
}

/** All running replays, with or without a live process. */
export async function runningReplays(redis: Redis): Promise<Omit<Lease, 'token'>[]> {
  const members = await redis.smembers(RUNNING);
  return members.map((member) => {
    const [appId = '', id = ''] = member.split(' ');
    return { appId, id };
  });
}

/** Takes the lease of a replay; false if another process holds it. */
export const takeLease = async (redis: Redis, lease: Lease): Promise<boolean> =>
  (await redis.set(leaseKey(lease), lease.token, 'PX', LEASE_MS, 'NX')) === 'OK';

/** Removes a replay that has finished, or whose record has expired, from the running ones. */
export async function closeReplay(redis: Redis, lease: Lease): Promise<void> {
  await redis.srem(RUNNING, `${lease.appId} ${lease.id}`);
  await redis.del(leaseKey(lease), orderKey(lease), stopKey(lease));
}

const RENEW = script<number>(`
-- KEYS lease
-- ARGV token, duration
-- returns 1, or 0 when another process holds the lease
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`);

/** Renews the lease; false if it was lost. */
export const renewLease = async (redis: Redis, lease: Lease): Promise<boolean> =>
  (await RENEW(redis, [leaseKey(lease)], [lease.token, LEASE_MS])) === 1;

const SAVE = script<number>(`
-- KEYS lease, progress, order, stop
-- ARGV token, progress, seconds kept
-- returns 1, 0 when another process holds the lease, 2 when the replay is to stop
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
redis.call('EXPIRE', KEYS[3], ARGV[3])
return redis.call('EXISTS', KEYS[4]) == 1 and 2 or 1
`);

/** What to do after the progress of a replay was stored; `lost`: it was not, since another process has the lease. */
export type Saved = 'go_on' | 'lost' | 'stop';

const SAVED: readonly Saved[] = ['lost', 'go_on', 'stop'];

/** Stores the progress of a replay. */
export async function saveProgress(redis: Redis, lease: Lease, progress: StoredProgress): Promise<Saved> {
  const names = [leaseKey(lease), progressKey(lease), orderKey(lease), stopKey(lease)];
  return SAVED[await SAVE(redis, names, [lease.token, JSON.stringify(progress), KEPT_S])] as Saved;
}
