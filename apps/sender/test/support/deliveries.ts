import {
  type AcceptedEvent,
  deliveryId,
  type Event,
  type EventRef,
  newEventKey,
  type PlannedRecipient,
  parseEvent,
  type Target,
} from '@fanfare/core';
import { acceptEvent, advance, type PlannedSlice, planSlice, readProgress } from '@fanfare/ledger';
import type { DeliveryJob, JobInHand } from '@fanfare/queue';
import type { Redis } from 'ioredis';
import { APP, HOUR } from './sender.ts';

let serial = 0;

/** A message from alice to bob. */
export const aMessage = (changes: object = {}) => ({
  type: 'message.sent',
  conversation: { type: 'user', id: 'bob' },
  message: { id: '101', text: 'hi' },
  ...changes,
});

/** A call from alice to bob. */
export const aCall = () => ({
  type: 'call.initiated',
  conversation: { type: 'user', id: 'bob' },
  call: { sessionId: 'v1.us.1', type: 'audio' },
});

const bobWith = (targets: [Target, ...Target[]]): PlannedRecipient => ({ kind: 'send', uid: 'bob', targets });

/** An event by alice after fan-out: bob has one delivery per target, unless other recipients are given. */
export async function plan(
  redis: Redis,
  event: object = aMessage(),
  changes: Partial<AcceptedEvent> & { targets?: [Target, ...Target[]] } & Partial<PlannedSlice> = {},
): Promise<{ ref: EventRef; accepted: AcceptedEvent }> {
  const { targets = [{ provider: 'custom' }], recipients = [bobWith(targets)], packSize = 1, ...rest } = changes;
  const now = Date.now();
  const accepted: AcceptedEvent = {
    key: newEventKey(now, Math.random),
    appId: APP,
    event: valid({ id: `event-${++serial}`, sentAt: now, sender: { uid: 'alice' }, ...event }),
    lane: 'chat',
    receivedAt: now,
    leaveBy: now + HOUR,
    holdUntil: now + HOUR,
    settingsVersion: 1,
    ...rest,
  };
  const ref = await acceptEvent(redis, accepted, { shards: 1 });
  const slice: PlannedSlice = { first: 0, cursor: 'bob', last: true, recipients, packSize };
  const lock = { key: `{p0}:events-chat:${ref.key}:lock`, token: 'fan-out' };
  await redis.set(lock.key, lock.token);
  await planSlice(redis, ref, APP, 0, slice);
  await advance(redis, ref, lock, 0, slice);
  return { ref: { key: ref.key, shard: ref.shard }, accepted };
}

function valid(input: object): Event {
  const parsed = parseEvent(input);
  if (!parsed.ok) throw parsed.error;
  return parsed.event;
}

/** The job data of bob's first delivery. */
const jobFor = ({ key }: EventRef, changes: Partial<DeliveryJob> = {}): DeliveryJob => ({
  eventKey: key,
  slice: 0,
  ordinal: 0,
  ...changes,
});

/** That job, locked by a worker. */
export function takeJob(
  ref: EventRef,
  { data, ...changes }: Partial<Omit<JobInHand<DeliveryJob>, 'data'>> & { data?: Partial<DeliveryJob> } = {},
): JobInHand<DeliveryJob> {
  const id = deliveryId(ref.key, data?.ordinal ?? 0);
  const lock = { key: `{p0}:deliveries-custom-chat:${id}:lock`, token: 'sender' };
  const { signal } = new AbortController();
  const fresh = {
    attemptsMade: 0,
    startedBefore: false,
    lostBefore: false,
    addedAt: Date.now(),
    holdsLock: () => true,
    giveWay: () => undefined,
    isOf: () => undefined,
    awaits: () => () => undefined,
  };
  return { id, data: jobFor(ref, data), lock, signal, ...fresh, ...changes };
}

/** The non-zero counts of an event. */
export async function countsOf(redis: Redis, ref: EventRef): Promise<Record<string, unknown>> {
  const { suppressed: _, ...numbers } = (await readProgress(redis, ref))?.counts ?? { suppressed: {} };
  return Object.fromEntries(Object.entries(numbers).filter(([, n]) => n !== 0));
}
