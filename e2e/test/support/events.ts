const AVATAR = 'https://assets.cometchat.io/sampleapp/v2/users';

/** The people of CometChat's samples. */
export const ANDREW = { uid: 'cometchat-uid-1', name: 'Andrew Joseph', avatar: `${AVATAR}/cometchat-uid-1.webp` };
export const GEORGE = { id: 'cometchat-uid-2', name: 'George Alan', avatar: `${AVATAR}/cometchat-uid-2.webp` };

let serial = 0;

/** A 1:1 message from alice to bob, with whatever a test says differently. */
export const aMessage = (changes: object = {}) => {
  serial++;
  return {
    id: `m-${serial}`,
    type: 'message.sent',
    sentAt: 1741847453000,
    sender: { uid: 'alice', name: 'Alice' },
    conversation: { type: 'user', id: 'bob', name: 'Bob' },
    message: { id: String(1000 + serial), type: 'text', text: 'hi' },
    ...changes,
  };
};

/** A message from alice to a group. */
export const aGroupMessage = (guid: string, changes: object = {}) =>
  aMessage({ conversation: { type: 'group', id: guid }, ...changes });

/** A call from alice to bob. */
export const aCall = (changes: object = {}) => {
  serial++;
  return {
    id: `c-${serial}`,
    type: 'call.initiated',
    sentAt: Date.now(),
    sender: { uid: 'alice', name: 'Alice' },
    conversation: { type: 'user', id: 'bob', name: 'Bob' },
    call: { id: String(2000 + serial), sessionId: `v1.us.${serial}`, type: 'audio' },
    ...changes,
  };
};

/** `count` uids. */
export const uids = (count: number): string[] => Array.from({ length: count }, (_, i) => `member-${i + 1}`);
