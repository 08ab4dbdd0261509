import { DEMO } from './demo-app.ts';

/** An event to send, with a title for the terminal. */
export interface DemoEvent {
  title: string;
  body: { id: string; [field: string]: unknown };
}

const person = (uid: keyof typeof DEMO.people) => ({ uid, name: DEMO.people[uid] });
const oneOnOne = (uid: keyof typeof DEMO.people) => ({ type: 'user', id: uid, name: DEMO.people[uid] });
const GROUP = { type: 'group', id: DEMO.guid, name: DEMO.groupName };

/** One event of each kind, as a chat backend would post them. A new `now` (epoch ms) gives new ids. */
export function demoEvents(now: number): DemoEvent[] {
  const run = now.toString(36);
  const base = (kind: string, type: string) => ({ id: `demo-${run}-${kind}`, type, sentAt: now });
  const text = (kind: string, words: string) => ({ id: `${run}-${kind}`, type: 'text', text: words });
  return [
    {
      title: 'alice writes to bob',
      body: {
        ...base('message', 'message.sent'),
        sender: person('alice'),
        conversation: oneOnOne('bob'),
        message: text('message', 'Hi Bob!'),
      },
    },
    {
      title: `alice writes to ${DEMO.groupName}, to ${DEMO.groupSize - 1} others`,
      body: {
        ...base('group', 'message.sent'),
        sender: person('alice'),
        conversation: GROUP,
        message: text('group', 'Who is in for Saturday?'),
      },
    },
    {
      title: 'bob reacts to what alice wrote',
      body: {
        ...base('reaction', 'reaction.added'),
        sender: person('bob'),
        conversation: oneOnOne('alice'),
        reaction: { id: `${run}-reaction`, reaction: '🎉', messageId: `${run}-message`, messageSender: 'alice' },
      },
    },
    {
      title: `dave leaves ${DEMO.groupName}; alice, bob and carol are notified`,
      body: {
        ...base('left', 'group.member_left'),
        sender: person('dave'),
        conversation: GROUP,
        members: [person('dave')],
        recipients: ['alice', 'bob', 'carol'],
      },
    },
    {
      title: 'alice calls bob, whose iPhone rings by VoIP',
      body: {
        ...base('call', 'call.initiated'),
        sender: person('alice'),
        conversation: oneOnOne('bob'),
        call: { id: `${run}-call`, sessionId: `${run}-session`, type: 'video' },
      },
    },
  ];
}
