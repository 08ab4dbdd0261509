import { type Event, FanfareError, isCall } from '@fanfare/core';
import { readOpenUsage } from '@fanfare/ledger';
import type { IngestDeps } from '../deps.ts';
import type { Offer } from './offer.ts';
import { quotasOf } from './quotas.ts';

type Deps = Pick<IngestDeps, 'config' | 'registry' | 'queueRedis' | 'now'>;

/** Seconds after which a caller should retry if its app has too many open events. */
const RETRY_AFTER_S = 5;

/**
 * Rejects the events that would take the app past its quota of open events, or of open calls, which have a quota of
 * their own: a backlog of messages refuses no call.
 * @throws FanfareError `ERR_TOO_MANY_OPEN_EVENTS` if that leaves none.
 */
export async function withinOpenQuotas(deps: Deps, appId: string, offers: readonly Offer[]): Promise<Offer[]> {
  const valid = offers.flatMap(({ parsed }) => (parsed.ok ? [parsed.event] : []));
  const problems = await Promise.all([
    problemOf(deps, appId, { calls: false, more: valid.filter((event) => !isCall(event)).length }),
    problemOf(deps, appId, { calls: true, more: valid.filter(isCall).length }),
  ]);
  const problem = (event: Event) => problems[Number(isCall(event))];
  const refused = valid.map(problem).filter((error) => error !== undefined);
  if (refused[0] && refused.length === valid.length) throw refused[0];
  return offers.map((offer) => {
    const error = offer.parsed.ok ? problem(offer.parsed.event) : undefined;
    return error ? { ...offer, parsed: { ok: false, error } } : offer;
  });
}

async function problemOf(
  deps: Deps,
  appId: string,
  { calls, more }: { calls: boolean; more: number },
): Promise<FanfareError | undefined> {
  if (more === 0) return undefined;
  const [open, quotas] = await Promise.all([
    readOpenUsage(deps.queueRedis, { appId, calls }, deps.config.QUEUE_SHARDS, deps.now()),
    quotasOf(deps, appId),
  ]);
  const what = calls ? 'calls' : 'events';
  if (open.count + more > (calls ? quotas.openCalls : quotas.openEvents)) return tooManyOpen(what, `${open.count} are`);
  if (open.bytes < quotas.openMegabytes * 1_000_000) return undefined;
  return tooManyOpen(what, `${open.bytes} bytes of them are`);
}

const tooManyOpen = (what: string, are: string): FanfareError =>
  new FanfareError('ERR_TOO_MANY_OPEN_EVENTS', `too many ${what} of the app are open: ${are}`, {
    retryAfterS: RETRY_AFTER_S,
  });
