import { setTimeout as delay } from 'node:timers/promises';
import type { EventProgress, FanfareAppAdmin, FanfareEvent, PublishResult } from '@fanfare/client';
import { outcomesOf } from '../events/events.ts';
import { type Operator, report } from '../operator/operator.ts';
import { orStopped } from '../operator/or-stopped.ts';
import { ProgressBar } from '../operator/progress-bar.ts';
import type { EventFlags } from './event-flags.ts';
import { eventsOf } from './event-input.ts';

/** The API takes so many at once. */
const BATCH = 1000;
const LOOK_EVERY_MS = 100;

interface Send {
  file: string | undefined;
  flags: EventFlags;
  /** Whether to wait until the events are done. */
  wait: boolean;
}

/** `fanfare send`. Ctrl-C stops it before the next batch, or while it waits; it reports the results so far. */
export async function send(operator: Operator, { file, flags, wait }: Send): Promise<number> {
  const events = await eventsOf(operator, file, flags);
  const app = await operator.app();
  operator.stopsItself();
  const results = await publish(operator, app, events);
  const done = wait ? await waitFor(operator, app, results) : [];
  report(operator, wait ? { results, done } : results, () => [...resultLines(results), ...done.map(progressLine)]);
  const isAccepted = results.every(({ status }) => status !== 'rejected');
  return isAccepted && done.every(isReached) && !operator.signal.aborted ? 0 : 1;
}

async function publish(
  { screen, signal }: Operator,
  app: FanfareAppAdmin,
  events: FanfareEvent[],
): Promise<PublishResult[]> {
  const results: PublishResult[] = [];
  const bar = screen && events.length > BATCH ? new ProgressBar(screen) : undefined;
  for (let at = 0; at < events.length && !signal.aborted; at += BATCH) {
    results.push(...(await app.publish(events.slice(at, at + BATCH))));
    bar?.draw(results.length, events.length, `${results.length} of ${events.length} published`);
  }
  bar?.clear();
  return results;
}

async function waitFor(
  { signal }: Operator,
  app: FanfareAppAdmin,
  results: readonly PublishResult[],
): Promise<EventProgress[]> {
  const done: EventProgress[] = [];
  for (const { id } of results.filter(({ status }) => status !== 'rejected')) {
    const progress = await orStopped(signal, ended(app, id, signal));
    if (progress === undefined) break;
    done.push(progress);
  }
  return done;
}

/** The event once it is done; undefined if the signal aborts first. */
async function ended(app: FanfareAppAdmin, id: string, signal: AbortSignal): Promise<EventProgress | undefined> {
  while (!signal.aborted) {
    const progress = await app.event(id);
    if (progress.state === 'done') return progress;
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Each by itself if there are few; the rejected always. */
function resultLines(results: readonly PublishResult[]): string[] {
  const rejected = results.filter(({ status }) => status === 'rejected');
  const reasons = rejected.map(({ id, error }) => `${id} rejected: ${error?.message ?? 'no reason'}`);
  const taken = results.filter(({ status }) => status !== 'rejected');
  if (taken.length <= 5) return [...taken.map(({ id, status }) => `${id} ${status}`), ...reasons];
  const duplicates = taken.filter(({ status }) => status === 'duplicate').length;
  return [`${taken.length - duplicates} accepted, ${duplicates} duplicates, ${rejected.length} rejected`, ...reasons];
}

const progressLine = (progress: EventProgress): string => `${progress.id} done: ${outcomesOf(progress)}`;

const isReached = ({ counts: { rejected, expired } }: EventProgress): boolean => rejected + expired === 0;
