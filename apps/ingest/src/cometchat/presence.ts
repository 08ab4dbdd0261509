import { z } from 'zod';
import { type Reader, reader } from './reader.ts';
import { tolerant, WireTime, WireUid } from './wire.ts';

const Word = tolerant(z.string());

const Change = z.object({
  user: tolerant(
    z.union([z.object({ uid: WireUid, status: Word }), WireUid.transform((uid) => ({ uid, status: undefined }))]),
  ),
  uid: tolerant(WireUid),
  status: Word,
  timestamp: WireTime,
});

/**
 * `user_connection_status_changed` (docs/rules/cometchat.md#state-webhooks): state, not an event. One without a user or
 * status is ignored.
 */
export const readPresence: Reader = reader(Change, ({ user, timestamp, ...change }, { now }) => {
  const uid = user?.uid ?? change.uid;
  const status = change.status ?? user?.status;
  if (uid === undefined || (status !== 'online' && status !== 'offline')) return undefined;
  return { complete: () => ({ events: [], state: { kind: 'presence', uid, status, at: timestamp ?? now } }) };
});
