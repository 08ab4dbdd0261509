import type { DeadLetterFilter } from '@fanfare/ledger';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';

/** Which dead letters an operator means: these, or all that fit a filter. */
export type Selection = { by: 'ids'; ids: string[] } | { by: 'filter'; filter: DeadLetterFilter };

/** How far a replay has come. */
export interface ReplayProgress {
  id: string;
  state: 'running' | 'done' | 'failed';
  replayed: number;
  /** Letters whose event has gone with its retention, or that another replay took. */
  skipped: number;
}

/** What is stored of the progress: also the letter in hand, which counts as replayed if its process dies after it. */
export type StoredProgress = ReplayProgress & { inHand?: string };

/** What a replay was asked for. */
export interface ReplayOrder {
  selection: Selection;
  /** Epoch ms. Letters that are younger were not meant, or have been replayed and given up again. */
  startedAt: number;
}

/** A replay that this process runs: it holds the lease, by its token. */
export interface Lease {
  appId: string;
  id: string;
  token: string;
}

/** How long a replay can be asked for. */
const KEPT_S = 24 * 3600;

/** A process that has not renewed its lease for so long is taken for dead; another goes on with its replay. */
export const LEASE_MS = 10_000;

/** Set: `<appId> <id>` of the replays that are running, for whichever ingest finds one without a lease. */
const RUNNING = 'replays';

const progressKey = ({ appId, id }: Omit<Lease, 'token'>) => `replay:{${appId}}:${id}`;
const orderKey = (replay: Omit<Lease, 'token'>) => `${progressKey(replay)}:order`;
const leaseKey = (replay: Omit<Lease, 'token'>) => `${progressKey(replay)}:lease`;

/** Writes down a new replay, with a lease for its process. */
export async function storeReplay(
  redis: Redis,
  lease: Lease,
  order: ReplayOrder,
  progress: StoredProgress,
): Promise<void> {
  await redis.set(orderKey(lease), JSON.stringify(order), 'EX', KEPT_S);
  await redis.set(progressKey(lease), JSON.stringify(progress), 'EX', KEPT_S);
  await redis.set(leaseKey(lease), lease.token, 'PX', LEASE_MS);
  await redis.sadd(RUNNING, `${lease.appId} ${lease.id}`);
}

/** How far a replay has come, or undefined when it is unknown. */
export async function loadProgress(redis: Redis, replay: Omit<Lease, 'token'>): Promise<StoredProgress | undefined> {
  const text = await redis.get(progressKey(replay));
  return text === null ? undefined : (JSON.parse(text) as StoredProgress);
}

/** What a replay was asked for, or undefined when it is unknown. */
export async function loadOrder(redis: Redis, replay: Omit<Lease, 'token'>): Promise<ReplayOrder | undefined> {
  const text = await redis.get(orderKey(replay));
  return text === null ? undefined : (JSON.parse(text) as ReplayOrder);
}

/** The replays that are running, with or without a process. */
export async function runningReplays(redis: Redis): Promise<Omit<Lease, 'token'>[]> {
  const members = await redis.smembers(RUNNING);
  return members.map((member) => {
    const [appId = '', id = ''] = member.split(' ');
    return { appId, id };
  });
}

/** Takes the lease of a replay that has none; false when another process holds it. */
export const takeLease = async (redis: Redis, lease: Lease): Promise<boolean> =>
  (await redis.set(leaseKey(lease), lease.token, 'PX', LEASE_MS, 'NX')) === 'OK';

/** A replay is over, or nothing is known of it. */
export async function closeReplay(redis: Redis, lease: Lease): Promise<void> {
  await redis.srem(RUNNING, `${lease.appId} ${lease.id}`);
  await redis.del(leaseKey(lease), orderKey(lease));
}

const RENEW = script<number>(`
-- KEYS lease
-- ARGV token, duration
-- returns 1, or 0 when another process holds the lease
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`);

/** Renews the lease; false when it is lost. */
export const renewLease = async (redis: Redis, lease: Lease): Promise<boolean> =>
  (await RENEW(redis, [leaseKey(lease)], [lease.token, LEASE_MS])) === 1;

const SAVE = script<number>(`
-- KEYS lease, progress, order
-- ARGV token, progress, seconds kept
-- returns 1, or 0 when another process holds the lease
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
redis.call('EXPIRE', KEYS[3], ARGV[3])
return 1
`);

/** Stores how far a replay has come, for the holder of its lease; false when the lease is lost. */
export const saveProgress = async (redis: Redis, lease: Lease, progress: StoredProgress): Promise<boolean> =>
  (await SAVE(
    redis,
    [leaseKey(lease), progressKey(lease), orderKey(lease)],
    [lease.token, JSON.stringify(progress), KEPT_S],
  )) === 1;
