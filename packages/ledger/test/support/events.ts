import {
  type AcceptedEvent,
  type Event,
  type EventRef,
  LANES,
  newEventKey,
  type PlannedRecipient,
  type SuppressionReason,
} from '@fanfare/core';
import { shardTag } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import {
  acceptEvent,
  advance,
  type Counts,
  type PlannedSlice,
  planSlice,
  type RecordedAttempt,
  readProgress,
  type Settlement,
  settle,
} from '../../src/index.ts';

export const APP = 'shop';

/** Real time, since Redis measures a TTL by its own clock. */
export const NOW = Date.now();
export const HOUR = 3_600_000;

let made = 0;

/** An event as ingest would have accepted it: by default a message from ann to bob. */
export function accepted(over: Partial<AcceptedEvent> & { id?: string; to?: string } = {}): AcceptedEvent {
  const { id = 'msg-1', to = 'bob', ...rest } = over;
  const event: Event = {
    id,
    type: 'message.sent',
    sentAt: NOW,
    sender: { uid: 'ann' },
    conversation: { type: 'user', id: to },
    message: { id: 'm1', category: 'message', type: 'text', text: 'hello' },
  };
  return {
    key: newEventKey(over.receivedAt ?? NOW, () => (++made + 0.5) / 36 ** 9),
    appId: APP,
    event,
    lane: 'chat',
    receivedAt: NOW,
    leaveBy: NOW + HOUR,
    holdUntil: NOW + 24 * HOUR,
    settingsVersion: 1,
    ...rest,
  };
}

/** An event that is stored and not expanded yet. */
export async function stored(redis: Redis, over: Parameters<typeof accepted>[0] = {}): Promise<EventRef> {
  const { key, shard } = await acceptEvent(redis, accepted(over), { shards: 1 });
  return { key, shard };
}

/** A recipient with one delivery through the app's webhook. */
export const reached = (uid: string): PlannedRecipient => ({ kind: 'send', uid, targets: [{ provider: 'custom' }] });

/** A user who is not notified. */
export const left = (uid: string, reason: SuppressionReason = 'NO_TARGET'): PlannedRecipient => ({
  kind: 'suppress',
  uid,
  reason,
});

/** A slice of these, by default the last of the audience. */
export const slice = (recipients: PlannedRecipient[], over: Partial<PlannedSlice> = {}): PlannedSlice => ({
  first: 0,
  cursor: recipients.at(-1)?.uid ?? '',
  last: true,
  packSize: 1,
  recipients,
  ...over,
});

/** Users `u0`, `u1`, … with one delivery each. */
export const users = (n: number): PlannedRecipient[] => Array.from({ length: n }, (_, i) => reached(`u${i}`));

/** The lock of a worker that holds the event's job. */
export async function lockOf(redis: Redis, { shard, key }: EventRef, token = 'mine') {
  const lock = { key: `${shardTag(shard)}:events-chat:${key}:lock`, token };
  await redis.set(lock.key, token, 'PX', HOUR);
  return lock;
}

/** A stored event that is planned in one slice, and its cursor moved past it. */
export async function planned(
  redis: Redis,
  recipients: PlannedRecipient[],
  over: Parameters<typeof accepted>[0] = {},
): Promise<EventRef> {
  const ref = await stored(redis, over);
  const all = slice(recipients);
  await planSlice(redis, ref, over.appId ?? APP, 0, all);
  await advance(redis, ref, await lockOf(redis, ref), 0, all);
  return ref;
}

/** The settlement of a delivery through the app's webhook. */
export function becomes(ordinal: number, state: Settlement['state'], reason = 'http_400'): Settlement {
  if (state !== 'rejected') return { ordinal, provider: 'custom', state };
  const deadLetter = { eventId: 'msg-1', uid: `u${ordinal}`, provider: 'custom', reason, attempts: 1 } as const;
  return { ordinal, provider: 'custom', state, deadLetter };
}

/** Records an attempt that is to be followed by another. */
export const recordAttempt = async (redis: Redis, ref: EventRef, ordinal: number, attempt: RecordedAttempt) =>
  void (await settleAll(redis, ref, [{ ordinal, provider: 'custom', state: 'retrying', attempts: [attempt] }]));

/** Settles deliveries of the app `APP`. */
export const settleAll = (redis: Redis, ref: EventRef, settlements: Settlement[], now = NOW) =>
  settle(redis, ref, APP, settlements, now);

/** Counts of an event, without zeros. */
export async function countsOf(redis: Redis, ref: EventRef): Promise<Partial<Counts>> {
  const progress = await readProgress(redis, ref);
  const isSome = (n: number | object) => (typeof n === 'number' ? n !== 0 : Object.keys(n).length > 0);
  return Object.fromEntries(Object.entries<number | object>({ ...progress?.counts }).filter(([, n]) => isSome(n)));
}

export const stateOf = async (redis: Redis, ref: EventRef) => (await readProgress(redis, ref))?.state;

/** When the sweeper looks at an event of `APP`, in whichever lane; null when it is on none of its lists. */
export async function nextLook(redis: Redis, { shard, key }: EventRef): Promise<number | null> {
  const scores = await Promise.all(
    LANES.map((lane) => redis.zscore(`${shardTag(shard)}:open-looks:${lane}:${APP}`, key)),
  );
  const score = scores.find((one) => one !== null);
  return score ? Number(score) : null;
}

/** Whether the event is on the sweeper's list. */
export const isOnOpenList = async (redis: Redis, ref: EventRef) => (await nextLook(redis, ref)) !== null;

/** The keys of events. */
export const keysOf = (events: readonly { key: string }[]): string[] => events.map(({ key }) => key);

/** A connection of a process that dies before it first sends its nth kind of command; each script is a kind. */
export function dyingAt(redis: Redis, nth: number): Redis {
  const kinds = new Set<string>();
  return new Proxy(redis, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (name !== 'eval' && name !== 'script') kinds.add(name === 'evalsha' ? String(args[0]) : String(name));
        if (kinds.size === nth) throw new Error('killed');
        return value.apply(target, args);
      };
    },
  });
}
