import { type AcceptedEvent, type Event, type EventRef, newEventKey, parseEvent } from '@fanfare/core';
import { acceptEvent } from '@fanfare/ledger';
import type { Redis } from 'ioredis';

export const APP = 'demo';
const HOUR = 3_600_000;

let serial = 0;

/** An event by alice in the group `hiking`, by default a message, as ingest accepts it. */
export function accepted<T extends Event['type'] = 'message.sent'>(changes: object = {}) {
  const now = Date.now();
  const event = valid<T>({
    id: `event-${++serial}`,
    sentAt: now,
    sender: { uid: 'alice' },
    conversation: { type: 'group', id: 'hiking' },
    ...('type' in changes ? {} : { type: 'message.sent', message: { id: '101', text: 'hi' } }),
    ...changes,
  });
  const times = { receivedAt: now, leaveBy: now + HOUR, holdUntil: now + HOUR };
  const accepted = {
    key: newEventKey(now, Math.random),
    appId: APP,
    lane: 'chat',
    ...times,
    settingsVersion: 1,
  } as const;
  return { ...accepted, event } satisfies AcceptedEvent;
}

function valid<T extends Event['type']>(input: object): Extract<Event, { type: T }> {
  const parsed = parseEvent(input);
  if (!parsed.ok) throw parsed.error;
  return parsed.event as Extract<Event, { type: T }>;
}

/** That event, stored. */
export async function store(redis: Redis, one: AcceptedEvent): Promise<EventRef> {
  const { key, shard } = await acceptEvent(redis, one, { shards: 1 });
  return { key, shard };
}
