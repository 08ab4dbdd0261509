import { type Event, FanfareError, isCall } from '@fanfare/core';
import type { OpenUsage } from '@fanfare/ledger';
import type { App } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import type { Offer } from './offer.ts';
import { quotasFor } from './quotas.ts';

/** Seconds after which a caller should retry if its app has too many open events. */
const RETRY_AFTER_S = 5;

/** The open events of an app that are calls, and the others; undefined if no event of the kind is posted. */
interface Usage {
  calls: OpenUsage | undefined;
  others: OpenUsage | undefined;
}

/** Reads what `withinOpenQuotas` needs to know about these offers. */
export async function readUsageFor(
  { intake }: Pick<IngestDeps, 'intake'>,
  appId: string,
  offers: readonly Offer[],
): Promise<Usage> {
  const isPosted = (calls: boolean) => offers.some(({ parsed }) => parsed.ok && isCall(parsed.event) === calls);
  const [calls, others] = await Promise.all([
    isPosted(true) ? intake.openCalls.get(appId) : undefined,
    isPosted(false) ? intake.openEvents.get(appId) : undefined,
  ]);
  return { calls, others };
}

/**
 * Rejects the events that would take the app past its quota of open events, or of open calls, which have a quota of
 * their own: a backlog of messages refuses no call. Concurrent requests may slightly exceed the quota.
 * @throws FanfareError `ERR_TOO_MANY_OPEN_EVENTS` if that leaves none.
 */
export function withinOpenQuotas(
  { config }: Pick<IngestDeps, 'config'>,
  app: App,
  { calls, others }: Usage,
  offers: readonly Offer[],
): readonly Offer[] {
  const quotas = quotasFor(config, app.quotas);
  const valid = offers.flatMap(({ parsed }) => (parsed.ok ? [parsed.event] : []));
  const more = valid.filter(isCall).length;
  const ofCalls = problemOf('calls', calls, more, { ...quotas, count: quotas.openCalls });
  const ofOthers = problemOf('events', others, valid.length - more, { ...quotas, count: quotas.openEvents });
  if (!ofCalls && !ofOthers) return offers;
  const problem = (event: Event) => (isCall(event) ? ofCalls : ofOthers);
  const refused = valid.map(problem).filter((error) => error !== undefined);
  if (refused[0] && refused.length === valid.length) throw refused[0];
  return offers.map((offer) => {
    const error = offer.parsed.ok ? problem(offer.parsed.event) : undefined;
    return error ? { ...offer, parsed: { ok: false, error } } : offer;
  });
}

function problemOf(
  what: 'calls' | 'events',
  open: OpenUsage | undefined,
  more: number,
  { count, openMegabytes }: { count: number; openMegabytes: number },
): FanfareError | undefined {
  if (open === undefined) return undefined;
  if (open.count + more > count) return tooManyOpen(what, `${open.count} are`);
  if (open.bytes < openMegabytes * 1_000_000) return undefined;
  return tooManyOpen(what, `${open.bytes} bytes of them are`);
}

const tooManyOpen = (what: string, are: string): FanfareError =>
  new FanfareError('ERR_TOO_MANY_OPEN_EVENTS', `too many ${what} of the app are open: ${are}`, {
    retryAfterS: RETRY_AFTER_S,
  });
