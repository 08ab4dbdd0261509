import { FanfareError, isCall } from '@fanfare/core';
import type { OpenUsage, OpenUsages } from '@fanfare/ledger';
import type { App } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import type { RequestInFlight } from './in-flight.ts';
import type { Offer } from './offer.ts';
import { quotasFor } from './quotas.ts';

/** Seconds after which a caller should retry if its app has too many open events. */
const RETRY_AFTER_S = 5;

/**
 * Rejects the events that would take the app past its quota of open events, or of open calls, which have a quota of
 * their own: a backlog of messages refuses no call. Notes the others in the request. Other processes of ingest may
 * exceed the quota by what they have in flight.
 * @param usages What was open when the request had begun.
 * @throws FanfareError `ERR_TOO_MANY_OPEN_EVENTS` if that leaves none.
 */
export function withinOpenQuotas(
  { config }: Pick<IngestDeps, 'config'>,
  app: App,
  { request, usages, bytes }: { request: RequestInFlight; usages: OpenUsages; bytes: number },
  offers: readonly Offer[],
): readonly Offer[] {
  const { calls, others } = request.openAtMost(usages);
  const quotas = quotasFor(config, app.quotas);
  let [calling, all] = [0, 0];
  for (const { parsed } of offers) {
    if (!parsed.ok) continue;
    all += 1;
    if (isCall(parsed.event)) calling += 1;
  }
  const ofCalls = problemOf('calls', calls, calling, { ...quotas, count: quotas.openCalls });
  const ofOthers = problemOf('events', others, all - calling, { ...quotas, count: quotas.openEvents });
  request.passOn(ofCalls ? 0 : calling, ofOthers ? 0 : all - calling, bytes);
  if (!ofCalls && !ofOthers) return offers;
  const problem = ({ parsed }: Offer) => (parsed.ok ? (isCall(parsed.event) ? ofCalls : ofOthers) : undefined);
  const refused = offers.map(problem).filter((error) => error !== undefined);
  if (refused[0] && refused.length === all) throw refused[0];
  return offers.map((offer) => {
    const error = problem(offer);
    return error ? { ...offer, parsed: { ok: false, error } } : offer;
  });
}

function problemOf(
  what: 'calls' | 'events',
  open: OpenUsage,
  more: number,
  { count, openMegabytes }: { count: number; openMegabytes: number },
): FanfareError | undefined {
  if (more === 0) return undefined;
  if (open.count + more > count) return tooManyOpen(what, `${open.count} are`);
  if (open.bytes < openMegabytes * 1_000_000) return undefined;
  return tooManyOpen(what, `${open.bytes} bytes of them are`);
}

const tooManyOpen = (what: string, are: string): FanfareError =>
  new FanfareError('ERR_TOO_MANY_OPEN_EVENTS', `too many ${what} of the app are open: ${are}`, {
    retryAfterS: RETRY_AFTER_S,
  });
