import type { Lane } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { type KeptEvent, keepFinished, kindOf } from './kept.ts';
import { endLeases, type Lease, leaseFinished } from './lease.ts';
import { hasLetters, packRecords, readStored, type Stored } from './pack-records.ts';

/** How long a finished event is left as it is: jobs that were added twice find its states where they expect them. */
const REST_MS = 10_000;

/** How long a run has to list the events that it packs, before another does it again. */
const LEASE_MS = 60_000;

/**
 * Packs up to `limit` events of a shard that finished some seconds before `now` (epoch ms): what later questions need
 * stays, in a fraction of the memory. Returns how many there were to look at. An event with dead letters is left as it
 * is, for their replay. All are listed, so that they can leave when memory is short (see kept.ts); with `archive`, for
 * the archive as well (see archive/unarchived.ts). Cut off in between, another run does it again after a minute.
 */
export async function packFinished(
  redis: Redis,
  shard: number,
  now: number,
  limit: number,
  { archive = false, restMs = REST_MS }: PackOptions = {},
): Promise<number> {
  const lease: Lease = { shard, until: now + LEASE_MS, archive };
  const leased = await leaseFinished(redis, shard, { before: now - restMs, until: lease.until, limit });
  if (leased.length === 0) return 0;
  const eventKeys = leased.map(({ key }) => key);
  const records = await readStored(redis, shard, eventKeys);
  await packRecords(redis, shard, records);
  const done = records.filter(({ fields }) => fields.done);
  await keepFinished(redis, lease, await Promise.all(done.map((one) => keptEvent(redis, shard, one))), now);
  // A loss shows in the archive; what a replay has reopened is listed when it is done again.
  const gone = leased.filter((_, i) => !records[i]?.fields.at);
  await endLeases(redis, lease, gone);
  const reopened = leased.filter((_, i) => records[i]?.fields.at && !records[i].fields.done);
  await endLeases(redis, { ...lease, archive: false }, reopened);
  return leased.length;
}

/** How finished events are packed. */
export interface PackOptions {
  /** Whether they are listed for an archive. */
  archive?: boolean;
  /** How long they have been finished. */
  restMs?: number;
}

/** What a recipient of a large group takes in plan and states, roughly: 3 with the webhook, 28 with a device. */
const RECIPIENT_BYTES = 20;

/** The entry of an event that is done in the list of its kind. */
async function keptEvent(redis: Redis, shard: number, { key, fields }: Stored): Promise<KeptEvent> {
  const { app, lane, done, aud, body = '', exp } = fields;
  const finishedAt = Number(done);
  return {
    key,
    appId: app as string,
    kind: kindOf(lane as Lane, hasLetters(fields)),
    bytes: Number(aud ?? 0) * RECIPIENT_BYTES + Buffer.byteLength(body),
    finishedAt,
    expiresAt: exp ? Number(exp) : Math.max(finishedAt, await redis.pexpiretime(keys.event(shard, key))),
  };
}
