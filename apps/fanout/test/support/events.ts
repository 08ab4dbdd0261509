import {
  type AcceptedEvent,
  type Event,
  type EventRef,
  type Lane,
  newEventKey,
  type PlannedDelivery,
  parseEvent,
} from '@fanfare/core';
import { acceptEvent, deliveriesIn, deliveriesOf, readProgress, readSlice } from '@fanfare/ledger';
import { DeliveryJob, type EventJob, type JobInHand } from '@fanfare/queue';
import { shardTag } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { APP, HOUR } from './fanout.ts';

const IN_GROUP = { type: 'group', id: 'hiking' };

/** A message from alice to the group, with overrides. */
export const aGroupMessage = (changes: object = {}) => ({
  type: 'message.sent',
  conversation: IN_GROUP,
  message: { id: '101', type: 'text', text: 'hi' },
  ...changes,
});

/** A call of alice's to the group. */
export const aCall = () => ({
  type: 'call.initiated',
  conversation: IN_GROUP,
  call: { sessionId: 'v1.us.1', type: 'audio' },
});

/** An action by alice on members of the group. */
export const aGroupAction = (type: `group.${string}`, ...uids: string[]) => ({
  type,
  conversation: IN_GROUP,
  members: uids.map((uid) => ({ uid })),
});

let serial = 0;

/** Stores an event by alice as ingest does, without adding a job. */
export async function accept(
  redis: Redis,
  event: object,
  changes: Partial<AcceptedEvent> = {},
  shards = 1,
): Promise<{ ref: EventRef; accepted: AcceptedEvent }> {
  const now = Date.now();
  const accepted = {
    key: newEventKey(now, Math.random),
    appId: APP,
    event: valid({ id: `event-${++serial}`, sentAt: now, sender: { uid: 'alice' }, ...event }),
    lane: 'chat' as const,
    receivedAt: now,
    leaveBy: now + HOUR,
    holdUntil: now + HOUR,
    settingsVersion: 1,
    ...changes,
  };
  const { key, shard } = await acceptEvent(redis, accepted, { shards });
  return { ref: { key, shard }, accepted };
}

function valid(input: object): Event {
  const parsed = parseEvent(input);
  if (!parsed.ok) throw parsed.error;
  return parsed.event;
}

/** The job of an event, locked by a worker. */
export async function takeJob(
  redis: Redis,
  { shard, key }: EventRef,
  changes: Partial<JobInHand<EventJob>> & { lane?: Lane } = {},
): Promise<JobInHand<EventJob>> {
  const { lane = 'chat', ...rest } = changes;
  const lock = { key: `${shardTag(shard)}:events-${lane}:${key}:lock`, token: `worker-${++serial}` };
  await redis.set(lock.key, lock.token);
  const { signal } = new AbortController();
  const data = { eventKey: key };
  const unstarted = { attemptsMade: 0, startedBefore: false, lostBefore: false };
  const nothing = () => undefined;
  const limited = { giveWay: nothing, isOf: nothing, awaits: () => nothing };
  const fresh = { ...unstarted, addedAt: Date.now(), holdsLock: () => true, ...limited };
  return { id: key, data, ...fresh, lock, signal, ...rest };
}

/** A delivery and the job it is in. */
type Queued = DeliveryJob & PlannedDelivery;

/** The queued deliveries of an event, by ordinal. */
export async function queued(redis: Redis, ref: EventRef, queue = 'deliveries-custom-chat'): Promise<Queued[]> {
  const jobs = await queuedJobs(redis, ref, queue);
  const deliveries = await Promise.all(
    jobs.map(async ({ slice = 0, ordinal, count = 1, ...job }) => {
      const planned = await readSlice(redis, ref, slice);
      const all = planned ? deliveriesIn(deliveriesOf(planned), { ordinal, count }) : [];
      return all.map((one) => ({ ...job, slice, count, ...one }));
    }),
  );
  return deliveries.flat().sort((a, b) => a.ordinal - b.ordinal);
}

/** The queued jobs of an event, by ordinal. */
async function queuedJobs(redis: Redis, { key }: EventRef, queue = 'deliveries-custom-chat'): Promise<DeliveryJob[]> {
  const ids = (await redis.keys(`{p0}:${queue}:${key}-*`)).filter((id) => /-\d+(\+\d+)?$/.test(id));
  const jobs = await Promise.all(
    ids.map(async (id) => DeliveryJob.parse(JSON.parse(String(await redis.hget(id, 'data'))))),
  );
  return jobs.sort((a, b) => a.ordinal - b.ordinal);
}

/** The recipients of the deliveries in a queue, in the order they were planned. */
export const queuedFor = async (redis: Redis, ref: EventRef, queue?: string): Promise<string[]> =>
  (await queued(redis, ref, queue)).map(({ uid }) => uid);

/** The non-zero counts of an event. */
export async function countsOf(redis: Redis, ref: EventRef): Promise<Record<string, unknown>> {
  const { suppressed, ...numbers } = (await readProgress(redis, ref))?.counts ?? { suppressed: {} };
  return { ...Object.fromEntries(Object.entries(numbers).filter(([, n]) => n !== 0)), ...suppressed };
}
