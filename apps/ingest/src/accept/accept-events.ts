import { type AcceptedEvent, type Event, type FanfareError, isNotifying } from '@fanfare/core';
import { type Acceptance, DUPLICATE_WINDOW_MS, EventEncoder } from '@fanfare/ledger';
import type { App } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import { requireApp } from '../http/require-app.ts';
import { asAccepted, audienceSizes } from './accepted-event.ts';
import { completeEvents } from './complete-events.ts';
import type { RequestInFlight } from './in-flight.ts';
import { isModerated, type Stored, storeModerated } from './moderation.ts';
import type { Posted } from './offer.ts';
import { withinOpenQuotas } from './open-quotas.ts';
import type { OverloadGuard } from './overload.ts';
import { referable } from './record-references.ts';
import type { NewEvent } from './store-events.ts';
import { longTurn, shortTurn, type Turn } from './turn.ts';
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
 * @param guard Rejects events while Redis is too full.
 * @param parent The trace that the caller says it belongs to.
 * @throws FanfareError or a Redis error if some events may not be stored; posting all of them again is safe.
 */
export function acceptEvents(
  deps: IngestDeps,
  appId: string,
  posted: Posted,
  { guard, parent }: { guard?: OverloadGuard; parent?: string | undefined } = {},
): Promise<EventResult[]> {
  const step = { name: 'accept', parent, attributes: { 'fanfare.events': posted.count } };
  return deps.tracing.begin(step, (traceparent) =>
    deps.intake.inFlight.during(appId, async (request) => {
      const { rejected, store } = await prepare(deps, { appId, request, guard, traceparent }, posted);
      const stored = await store();
      let next = 0;
      const results = rejected.map((result) => result ?? resultOf(stored[next++] as Stored));
      count(deps, results);
      return results;
    }),
  );
}

/** Who posts. */
interface Posting {
  appId: string;
  request: RequestInFlight;
  guard: OverloadGuard | undefined;
  traceparent: string | undefined;
}

/** Events that are ready to be stored. */
interface Prepared {
  /** By event posted; undefined for those that are to be stored. */
  rejected: (EventResult | undefined)[];
  store(): Promise<Stored[]>;
}

/**
 * Reads what is needed before any event is parsed, and then parses, checks and encodes them in one go. Nothing that it
 * leaves behind refers to the parsed events, unless they are moderated: in the time that storing takes, collections of
 * garbage would copy them twice.
 */
async function prepare(
  deps: IngestDeps,
  { appId, request, guard, traceparent }: Posting,
  posted: Posted,
): Promise<Prepared> {
  const [app, usages, stops] = await Promise.all([
    requireApp(deps, appId),
    deps.intake.usages.get(appId),
    guard?.stops(),
  ]);
  const turn = posted.isLong ? await longTurn() : shortTurn;
  const parsed = await posted.parse(turn);
  const admitted = guard && stops ? guard.admit(parsed, stops) : parsed;
  const offers = await withinQuotas(
    deps,
    app,
    withinOpenQuotas(deps, app, { request, usages, bytes: posted.bytes }, admitted),
  );
  const rejected = offers.map(({ id, parsed }) => (parsed.ok ? undefined : rejection(id, parsed.error)));
  const events: Event[] = [];
  for (const { parsed } of offers) if (parsed.ok) events.push(parsed.event);
  const encode = (some: readonly Event[]) => newEvents(deps, app, some, traceparent, turn);
  if (events.some(isModerated)) {
    const storeAll = async (some: Event[]) => storeEncoded(deps, app, await encode(some));
    return { rejected, store: () => storeModerated(deps, app, events, storeAll) };
  }
  return { rejected, store: storing(deps, app, await encode(events)) };
}

/** Fills in what the events leave out, and encodes them. */
async function newEvents(
  deps: IngestDeps,
  app: App,
  posted: readonly Event[],
  traceparent: string | undefined,
  turn: Turn,
): Promise<NewEvent[]> {
  const events = await completeEvents(deps, app.appId, posted);
  const sizes = await audienceSizes(deps, app, events);
  const encoder = new EventEncoder();
  const encoded = await turn.each(events, (event, i): NewEvent => {
    const accepted = asAccepted(deps, app, event, sizes[i] as number, traceparent);
    return { app, encoded: encoder.encode(accepted, retentionOf(app, accepted)), referable: referable(event) };
  });
  encoder.finish();
  return encoded;
}

/** In a function of its own, so that it refers to nothing but these. */
const storing = (deps: IngestDeps, app: App, events: readonly NewEvent[]) => async (): Promise<Stored[]> => {
  const acceptances = await storeEncoded(deps, app, events);
  return acceptances.map(({ duplicate }, i) => ({ id: (events[i] as NewEvent).encoded.id, duplicate }));
};

/** Stores events together with those of other requests in flight. */
async function storeEncoded(deps: IngestDeps, { appId }: App, events: readonly NewEvent[]): Promise<Acceptance[]> {
  const stored = await deps.intake.events.store(appId, events);
  for (const answer of stored) if (answer instanceof Error) throw answer;
  return stored as Acceptance[];
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

/** Counts results by status, each status once: a counter takes a microsecond to find. */
function count({ metrics }: IngestDeps, results: readonly EventResult[]): void {
  const counts = new Map<EventResult['status'], number>();
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1);
  for (const [result, n] of counts) metrics.events.inc({ result }, n);
}

const resultOf = ({ id, duplicate }: Stored): EventResult => ({
  id,
  status: duplicate ? 'duplicate' : 'accepted',
});

const rejection = (id: string, { code, message }: FanfareError): EventResult => ({
  id,
  status: 'rejected',
  error: { code, message },
});
