import { type AcceptedEvent, newEventKey, type PlannedRecipient } from '@fanfare/core';
import { acceptEvent, advance, packFinished, planSlice, recordLogged, type Settlement, settle } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import { APP } from './parts.ts';

/** In every message; the archive has no text. */
export const TEXT = 'a-secret-of-ann';

let made = 0;

/** A logged message from ann to these users that is sent to all of them but the last. Returns its key. */
export async function finish(redis: Redis, uids: string[], over: Partial<AcceptedEvent> = {}): Promise<string> {
  const now = over.receivedAt ?? Date.now();
  const { appId = APP } = over;
  const id = `msg-${++made}`;
  const accepted: AcceptedEvent = {
    key: newEventKey(now, Math.random),
    appId,
    event: {
      id,
      type: 'message.sent',
      sentAt: now,
      sender: { uid: 'ann' },
      conversation: { type: 'group', id: 'hiking' },
      message: { id, category: 'message', type: 'text', text: TEXT },
    },
    lane: 'chat',
    receivedAt: now,
    leaveBy: now + 3_600_000,
    holdUntil: now + 3_600_000,
    settingsVersion: 1,
    ...over,
  };
  const { key, shard } = await acceptEvent(redis, accepted, { shards: 1 });
  const ref = { key, shard };
  await recordLogged(redis, appId, [ref], 3_600_000);
  const recipients = uids.map(
    (uid, i): PlannedRecipient =>
      i === uids.length - 1
        ? { kind: 'suppress', uid, reason: 'DND_PREFERENCE' }
        : { kind: 'send', uid, targets: [{ provider: 'custom' }] },
  );
  const slice = { first: 0, cursor: '', last: true, packSize: 1, recipients };
  const lock = { key: `{p0}:events-chat:${key}:lock`, token: 'mine' };
  await redis.set(lock.key, lock.token, 'PX', 60_000);
  await planSlice(redis, ref, appId, 0, slice);
  await advance(redis, ref, lock, 0, slice);
  const settled = uids.slice(1).map((_, ordinal): Settlement => ({ ordinal, provider: 'custom', state: 'accepted' }));
  await settle(redis, ref, appId, settled, now);
  return key;
}

/** Lists what has finished for the archive, as the sweeper does some seconds later. */
export const listFinished = (redis: Redis): Promise<number> =>
  packFinished(redis, 0, Date.now() + 60_000, 10_000, { archive: true });
