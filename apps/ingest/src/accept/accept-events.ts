import { type AcceptedEvent, type Event, type FanfareError, isNotifying } from '@fanfare/core';
import { type Acceptance, DUPLICATE_WINDOW_MS } from '@fanfare/ledger';
import type { App } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import { requireApp } from '../http/require-app.ts';
import { asAccepted, audienceSizes } from './accepted-event.ts';
import { completeEvents } from './complete-events.ts';
import { inTurns } from './in-turns.ts';
import { type Stored, storeModerated } from './moderation.ts';
import type { Offer } from './offer.ts';
import { readUsageFor, withinOpenQuotas } from './open-quotas.ts';
import { withinQuotas } from './within-quotas.ts';

/** The result for one posted event. */
export interface EventResult {
  id: string;
  status: 'accepted' | 'duplicate' | 'rejected';
  /** Only if rejected: what is wrong, with the name of the field. */
  error?: { code: string; message: string };
}

/**
 * Accepts posted events: stores each durably, records references for later events, and queues those that need not wait
 * for others of their app. An invalid event does not affect the others. Once this resolves, all accepted events are
 * stored; the sweeper finds those whose job could not be queued.
 * @param parent The trace that the caller says it belongs to.
 * @throws FanfareError or a Redis error if some events may not be stored; posting all of them again is safe.
 */
export function acceptEvents(
  deps: IngestDeps,
  appId: string,
  posted: readonly Offer[],
  parent?: string,
): Promise<EventResult[]> {
  const step = { name: 'accept', parent, attributes: { 'fanfare.events': posted.length } };
  return deps.tracing.begin(step, (traceparent) => accept(deps, appId, posted, traceparent));
}

async function accept(
  deps: IngestDeps,
  appId: string,
  posted: readonly Offer[],
  traceparent: string | undefined,
): Promise<EventResult[]> {
  const [app, usage] = await Promise.all([requireApp(deps, appId), readUsageFor(deps, appId, posted)]);
  const offers = await withinQuotas(deps, app, withinOpenQuotas(deps, app, usage, posted));
  const events = offers.flatMap(({ parsed }) => (parsed.ok ? [parsed.event] : []));
  const stored = await storeModerated(deps, app, events, (kept) => storeAll(deps, app, kept, traceparent));
  let next = 0;
  const results = offers.map(({ id, parsed }) =>
    parsed.ok ? resultOf(stored[next++] as Stored) : rejected(id, parsed.error),
  );
  count(deps, results);
  return results;
}

/** Counts results by status, each status once: a counter takes a microsecond to find. */
function count({ metrics }: IngestDeps, results: readonly EventResult[]): void {
  const counts = new Map<EventResult['status'], number>();
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1);
  for (const [result, n] of counts) metrics.events.inc({ result }, n);
}

/** Events that take hardly any time to build. */
const FEW = 20;

/** Fills in what the events leave out, and stores them together with those of other requests in flight. */
async function storeAll(
  deps: IngestDeps,
  app: App,
  posted: Event[],
  traceparent: string | undefined,
): Promise<Acceptance[]> {
  const events = await completeEvents(deps, app.appId, posted);
  const sizes = await audienceSizes(deps, app, events);
  const build = (event: Event, i: number) => ({ ...asAccepted(deps, app, event, sizes[i] as number), traceparent });
  const accepted = await inTurns(events, build, FEW);
  const stored = await deps.intake.events.store(
    app.appId,
    accepted.map((each) => ({ app, accepted: each, retentionMs: retentionOf(app, each) })),
  );
  return stored.map((answer) => {
    if (answer instanceof Error) throw answer;
    return answer;
  });
}

const HOUR_MS = 3_600_000;

/**
 * Read marks and blocks are frequent and notify no one, so they are kept only as long as a repeat must be recognized. A
 * silent message is kept for its author, whom reactions to it notify.
 */
function retentionOf({ settings: { retention } }: App, { event, lane }: Pick<AcceptedEvent, 'event' | 'lane'>): number {
  const kept = (lane === 'bulk' ? retention.bulk : retention.events) * HOUR_MS;
  return event.type === 'message.sent' || isNotifying(event) ? kept : Math.min(kept, DUPLICATE_WINDOW_MS);
}

const resultOf = ({ id, duplicate }: Stored): EventResult => ({
  id,
  status: duplicate ? 'duplicate' : 'accepted',
});

const rejected = (id: string, { code, message }: FanfareError): EventResult => ({
  id,
  status: 'rejected',
  error: { code, message },
});
