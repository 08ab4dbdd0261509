import type { ProviderKind } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { heldByProvider, readHeld } from '../held/counts.ts';
import { keys, loadField } from '../keys.ts';
import { readLoad } from '../plan/plan.ts';

/** An endpoint or credential that refuses everything, as one sender sees it. Holds no path and no secret. */
export interface Refusal {
  appId: string;
  provider: ProviderKind;
  /** The origin of the webhook, or the id of the credential. */
  name: string;
  /** A stable code: `http_503`, `timeout`, …; or `TOKENS_GUARDED`. */
  reason: string;
  /** When it began, epoch ms. */
  since: number;
}

/** The reason of a credential that refuses nothing, but reports so many tokens dead that none is set aside. */
export const TOKENS_GUARDED = 'dead_tokens_guarded';

/** A refusal with the number of the app's deliveries that wait for that provider, in the queues or held. */
export interface RefusalWithBacklog extends Refusal {
  waiting: number;
}

/** How long a report is valid: a sender that died reports nothing. */
const REPORT_TTL_MS = 15_000;

/** Publishes what refuses this process at this moment (epoch ms); to be repeated every few seconds. */
export async function publishRefusals(
  redis: Redis,
  processId: string,
  refusals: readonly Refusal[],
  now: number,
): Promise<void> {
  const publish = redis.multi().zremrangebyscore(keys.refusals, '-inf', now);
  if (refusals.length > 0) {
    publish
      .set(keys.refusalsOf(processId), JSON.stringify(refusals), 'PX', REPORT_TTL_MS)
      .zadd(keys.refusals, now + REPORT_TTL_MS, processId)
      .pexpire(keys.refusals, REPORT_TTL_MS);
  } else publish.del(keys.refusalsOf(processId)).zrem(keys.refusals, processId);
  await publish.exec();
}

/** What senders report now. The same refusal in several processes counts once, from the earliest start. */
export async function readReported(redis: Redis): Promise<Refusal[]> {
  const processes = await redis.zrange(keys.refusals, '0', '-1');
  if (processes.length === 0) return [];
  const reports = await redis.mget(...processes.map(keys.refusalsOf));
  const found = new Map<string, Refusal>();
  for (const refusal of reports.flatMap((text) => (text === null ? [] : (JSON.parse(text) as Refusal[])))) {
    const isGuard = refusal.reason === TOKENS_GUARDED;
    const id = `${refusal.appId}|${refusal.provider}|${refusal.name}|${isGuard}`;
    const known = found.get(id);
    if (!known || refusal.since < known.since) found.set(id, refusal);
  }
  return [...found.values()];
}

/** Reported refusals that have deliveries waiting, most deliveries first, and guarded credentials. */
export async function readRefusals(redis: Redis, shards: number): Promise<RefusalWithBacklog[]> {
  const reported = await readReported(redis);
  if (reported.length === 0) return [];
  const held = heldByProvider(await readHeld(redis, shards));
  const all = await Promise.all(
    reported.map(async (refusal) => {
      const { appId, provider } = refusal;
      const ready = (await readLoad(redis, appId, [provider], shards)).get(provider) ?? 0;
      return { ...refusal, waiting: ready + (held.get(loadField(appId, provider)) ?? 0) };
    }),
  );
  return all
    .filter(({ reason, waiting }) => waiting > 0 || reason === TOKENS_GUARDED)
    .sort((a, b) => b.waiting - a.waiting);
}
