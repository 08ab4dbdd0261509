import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import type { ImportLine } from './import-line.ts';

/** A line that was not imported. */
export interface BadLine {
  /** Counted from 1 over the whole import. */
  line: number;
  problem: string;
}

/** How far an import has come. */
export interface ImportProgress {
  id: string;
  /** `stopped`: the request ended before the stream did; it can be continued. */
  state: 'running' | 'stopped' | 'done';
  dryRun: boolean;
  /** Lines read and done with; where to continue. */
  offset: number;
  /** Lines imported, by type. */
  imported: Record<ImportLine['type'], number>;
  /** Lines not imported. */
  rejected: number;
  /** The first of them. */
  problems: BadLine[];
  /** Epoch ms. */
  updatedAt: number;
}

/** One run of an import: the request that carries it on. A later one takes it over. */
export interface ImportRun {
  appId: string;
  id: string;
  token: string;
}

/** Rejected lines that a record names. */
export const MAX_BAD_LINES = 1000;

/** How long a record is kept after its last change. */
const KEPT_S = 7 * 24 * 3600;

const recordKey = ({ appId, id }: Omit<ImportRun, 'token'>) => `import:{${appId}}:${id}`;
const runKey = (run: Omit<ImportRun, 'token'>) => `${recordKey(run)}:run`;

const TAKE = script<string | null>(`
-- KEYS run, record
-- ARGV token, seconds kept
-- returns the record, nil when there is none
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return redis.call('GET', KEYS[2])`);

/** Takes an import over from any other request, and reads how far it has come; undefined if it is unknown. */
export async function takeImport(redis: Redis, run: ImportRun): Promise<ImportProgress | undefined> {
  const text = await TAKE(redis, [runKey(run), recordKey(run)], [run.token, KEPT_S]);
  return text === null ? undefined : (JSON.parse(text) as ImportProgress);
}

const SAVE = script<number>(`
-- KEYS run, record
-- ARGV token, record, seconds kept
-- returns 1, or 0 when another request has taken the import over
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
return 1`);

/** Stores how far an import has come; false if another request has taken it over. */
export const saveImport = async (redis: Redis, run: ImportRun, progress: ImportProgress): Promise<boolean> =>
  (await SAVE(redis, [runKey(run), recordKey(run)], [run.token, JSON.stringify(progress), KEPT_S])) === 1;

/** How far an import has come; undefined if it is unknown or its record has expired. */
export async function readImport(redis: Redis, appId: string, id: string): Promise<ImportProgress | undefined> {
  const text = await redis.get(recordKey({ appId, id }));
  return text === null ? undefined : (JSON.parse(text) as ImportProgress);
}
