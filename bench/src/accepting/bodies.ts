import { directMessage, TEXT, uidOf } from '../system/events.ts';

/** Users that the events are between. */
const USERS = 5000;

const between = (n: number): [to: string, from: string] => [uidOf(n % USERS), uidOf((7 * n + 1) % USERS)];

/** The `n`th event of a load; the name makes its id unique. */
export const nativeEvent = (name: string, n: number): object => directMessage(`${name}-${n}`, ...between(n));

/** The same as a webhook of CometChat. */
export function cometChatEvent(name: string, n: number): object {
  const [receiver, sender] = between(n);
  const entity = (uid: string) => ({ entity: { uid, name: 'Alice' }, entityType: 'user' });
  const message = {
    id: `${name}-${n}`,
    sender,
    receiver,
    receiverType: 'user',
    type: 'text',
    category: 'message',
    sentAt: Math.floor(Date.now() / 1000),
    data: { text: TEXT, entities: { sender: entity(sender), receiver: entity(receiver) } },
  };
  return { trigger: 'message_sent', appId: 'bench', region: 'us', webhook: 'fanfare', data: { message } };
}
