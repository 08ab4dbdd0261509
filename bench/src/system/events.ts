/** The text of every message. */
export const TEXT = 'Are we still on for lunch?';

/** The `n`th user. */
export const uidOf = (n: number): string => `user-${n}`;

/** A message to a group. */
export const groupMessage = (id: string, group: string) => ({
  ...base(id, 'message.sent'),
  conversation: { type: 'group', id: group, name: group },
  message: { id, text: TEXT },
});

/** A message to one user. */
export const directMessage = (id: string, to: string, from = 'alice') => ({
  ...base(id, 'message.sent', from),
  conversation: { type: 'user', id: to },
  message: { id, text: TEXT },
});

/** A call to one user, with the id as its session. */
export const ring = (id: string, to: string, from = 'alice') => ({
  ...base(id, 'call.initiated', from),
  conversation: { type: 'user', id: to },
  call: { sessionId: id, type: 'audio' },
});

const base = (id: string, type: string, uid = 'alice') => ({
  id,
  type,
  sentAt: Date.now(),
  sender: { uid, name: 'Alice' },
});
