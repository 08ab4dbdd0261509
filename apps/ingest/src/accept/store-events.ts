import { FanfareError, type Lane } from '@fanfare/core';
import {
  type Acceptance,
  acceptEncoded,
  counter,
  type EncodedEvent,
  type Replicas,
  type Shards,
  type Stats,
} from '@fanfare/ledger';
import type { NewEventJob, Producer } from '@fanfare/queue';
import type { Logger } from '@fanfare/runtime';
import type { App } from '@fanfare/store';
import type { Redis } from 'ioredis';
import { type RecordedEvent, type Referable, recordReferences } from './record-references.ts';

/** An event to store. */
export interface NewEvent {
  app: App;
  encoded: EncodedEvent;
  /** What later events refer to. */
  referable: Referable;
}

/** What storing takes. */
export interface StoreDeps {
  shards: Shards;
  queueRedis: Redis;
  producer: Producer;
  /** Confirms that events are on replicas; without it, none are waited for. */
  replicas?: Replicas | undefined;
  stats: Stats;
  log: Logger;
  now(): number;
}

/**
 * Stores events of any apps, records what later events refer to, and queues those that need not wait. An error in place
 * of an answer means that the event may or may not be stored; posting it again is safe.
 */
export async function storeEvents(deps: StoreDeps, events: readonly NewEvent[]): Promise<(Acceptance | Error)[]> {
  const encoded = events.map((event) => event.encoded);
  const answers = await acceptEncoded(deps.queueRedis, encoded, deps.shards.placed, deps.shards.all);
  countNew(deps.stats, events, answers);
  const byApp = new Map<App, number[]>();
  for (const [i, { app }] of events.entries()) {
    if (answers[i] instanceof Error) continue;
    const others = byApp.get(app);
    if (others) others.push(i);
    else byApp.set(app, [i]);
  }
  await Promise.all(
    [...byApp].map(async ([app, indexes]) => {
      const recorded = indexes.map((i) => recordedOf(events[i] as NewEvent, answers[i] as Acceptance));
      try {
        await recordReferences(deps, app, recorded);
      } catch (error) {
        for (const i of indexes) answers[i] = error as Error;
      }
    }),
  );
  await queueAdmitted(deps, answers);
  if (deps.replicas) await confirm(deps.replicas, events, answers);
  return answers;
}

/**
 * Counts the events that are stored now, even those whose answer becomes an error: their repeats are duplicates. Those
 * of one app and lane that follow each other are counted at once.
 */
function countNew(stats: Stats, events: readonly NewEvent[], answers: readonly (Acceptance | Error)[]): void {
  let [first, count] = [events[0]?.encoded, 0];
  for (let i = 0; i < events.length; i += 1) {
    const answer = answers[i] as Acceptance | Error;
    if (answer instanceof Error || answer.duplicate) continue;
    const { encoded } = events[i] as NewEvent;
    if (first && (first.appId !== encoded.appId || first.lane !== encoded.lane)) {
      stats.add(first.appId, counter.event(first.lane), count);
      [first, count] = [encoded, 0];
    }
    count += 1;
  }
  if (first) stats.add(first.appId, counter.event(first.lane), count);
}

/** Seconds after which to post again what too few replicas have: it is stored, and will be a duplicate. */
const RETRY_AFTER_S = 2;

/** Puts an error in place of the answers to events, known before or not, that are not on enough replicas. */
async function confirm(
  replicas: Replicas,
  events: readonly NewEvent[],
  answers: (Acceptance | Error)[],
): Promise<void> {
  const indexes = [...answers.keys()].filter((i) => !(answers[i] instanceof Error));
  const confirmed = await replicas.confirm(
    indexes.map((i) => {
      const { appId, id } = (events[i] as NewEvent).encoded;
      return { appId, eventId: id, ref: answers[i] as Acceptance };
    }),
  );
  for (const [n, i] of indexes.entries()) {
    if (!confirmed[n]) {
      const message = 'too few replicas of Redis have confirmed the event';
      answers[i] = new FanfareError('ERR_UNAVAILABLE', message, { retryAfterS: RETRY_AFTER_S });
    }
  }
}

const recordedOf = ({ encoded, referable }: NewEvent, { key, shard, duplicate }: Acceptance): RecordedEvent => ({
  event: referable,
  ref: { key, shard },
  retentionMs: encoded.retentionMs,
  duplicate,
});

/**
 * Adds the jobs of events that may be expanded now, and of repeated ones whose job may be missing. A failure does not
 * reach the caller: the events are stored, and the sweeper queues them.
 */
async function queueAdmitted(deps: StoreDeps, answers: readonly (Acceptance | Error)[]): Promise<void> {
  const batches = new Map<string, { shard: number; lane: Lane; events: NewEventJob[] }>();
  for (const answer of answers) {
    if (answer instanceof Error || answer.queueIn === undefined) continue;
    const { queueIn: lane, key, shard, rank } = answer;
    const batch = batches.get(`${shard} ${lane}`) ?? { shard, lane, events: [] };
    batch.events.push({ key, rank });
    batches.set(`${shard} ${lane}`, batch);
  }
  await Promise.all(
    [...batches.values()].map(({ shard, lane, events }) =>
      deps.producer
        .addEvents(shard, lane, events)
        .catch((error: Error) =>
          deps.log.warn({ reason: error.message, events: events.length }, 'events.left_to_sweeper'),
        ),
    ),
  );
}
