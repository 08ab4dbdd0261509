import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** One change that a caller with a key has made. Holds no value of a field, so no secret. */
export interface AuditEntry {
  /** Epoch ms. */
  at: number;
  /** The public id of the app it concerns; absent if it concerns none. */
  appId?: string | undefined;
  /** `admin`, or `key:` and the id of an API key. */
  who: string;
  /** The person, by the word of a console that acts with the admin key. */
  actor?: string | undefined;
  /** What was done, in the imperative: `Change app`; absent in entries that an older release wrote. */
  action?: string | undefined;
  /** The operation, as the API document names it: `PUT /v3/apps/{appId}`. */
  operation: string;
  /** The ids of what it concerns. */
  ids: Record<string, string>;
  /** The names of the fields in its body. */
  fields: string[];
}

/** An entry and its place in the log. */
export type FoundAuditEntry = AuditEntry & { id: string };

/** About as many entries are kept, of all apps and of each; an entry takes about 250 bytes. */
const MOST = { all: 10_000, app: 1000 };

/** How long the entries of an app are kept after the last. */
const KEPT_MS = 180 * 24 * 3_600_000;

/** Adds an entry; `appId` is the internal id of the app it concerns. */
export async function writeAudit(redis: Redis, appId: string | undefined, entry: AuditEntry): Promise<void> {
  const text = JSON.stringify(entry);
  await redis.xadd(keys.audit(), 'MAXLEN', '~', MOST.all, '*', 'e', text);
  if (appId === undefined) return;
  await redis.xadd(keys.auditOf(appId), 'MAXLEN', '~', MOST.app, '*', 'e', text);
  await redis.pexpire(keys.auditOf(appId), KEPT_MS);
}

/** Entries of all apps read at a time for those of a deleted one. */
const PART = 1000;

/** The newest entries before a place that concern an app by its public id, from those of all apps: it is deleted. */
export async function readAuditOfDeleted(
  redis: Redis,
  publicId: string,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<FoundAuditEntry[]> {
  const found: FoundAuditEntry[] = [];
  for (let from = before; found.length < limit; ) {
    const part = await readAudit(redis, undefined, { before: from, limit: PART });
    found.push(...part.filter(({ appId }) => appId === publicId));
    if (part.length < PART) break;
    from = part.at(-1)?.id;
  }
  return found.slice(0, limit);
}

/** The newest entries before a place, of one app or of all. */
export async function readAudit(
  redis: Redis,
  appId: string | undefined,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<FoundAuditEntry[]> {
  const key = appId === undefined ? keys.audit() : keys.auditOf(appId);
  const found = await redis.xrevrange(key, before === undefined ? '+' : `(${before}`, '-', 'COUNT', limit);
  return found.map(([id, [, text = '{}']]) => ({ id, ...(JSON.parse(text) as AuditEntry) }));
}
