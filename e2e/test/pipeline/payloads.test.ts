import { expect, test } from '@jest/globals';
import { ANDREW, GEORGE } from '../support/events.ts';
import { posts, startSystem } from '../support/system.ts';

const CONVERSATION = { type: 'user', ...GEORGE };
const SENT_AT = 1741847453000;

/** The envelope of every sample (docs/rules/cometchat.md#samples), as text: the order of keys counts. */
const body = (uid: string, notificationDetails: object) =>
  JSON.stringify({
    trigger: 'push-notification-payload-generated',
    data: { to: { uid }, notificationDetails },
    appId: 'app123',
    region: 'us',
    webhook: 'custom',
  });

const SENDER = { sender: ANDREW.uid, senderName: ANDREW.name, senderAvatar: ANDREW.avatar };
const RECEIVER = {
  receiver: GEORGE.id,
  receiverName: GEORGE.name,
  receiverAvatar: GEORGE.avatar,
  receiverType: 'user',
};

test('a chat message arrives exactly as in the sample', async () => {
  await using system = await startSystem();
  await system.backend.post('/v3/events', {
    id: 'm-123',
    type: 'message.sent',
    sentAt: SENT_AT,
    sender: ANDREW,
    conversation: CONVERSATION,
    message: { id: '123', text: 'Hello!' },
  });
  const [request] = await posts(system.hook, 1);
  expect(request?.body).toBe(
    body(GEORGE.id, {
      title: 'Andrew Joseph',
      body: 'Hello!',
      ...SENDER,
      ...RECEIVER,
      tag: '123',
      conversationId: 'cometchat-uid-1_user_cometchat-uid-2',
      type: 'chat',
      sentAt: '1741847453000',
    }),
  );
});

test('a call arrives exactly as in the sample', async () => {
  await using system = await startSystem();
  const sentAt = Date.now();
  await system.backend.post('/v3/events', {
    id: 'c-123',
    type: 'call.initiated',
    sentAt,
    sender: ANDREW,
    conversation: CONVERSATION,
    call: { id: '123', sessionId: 'v1.123.aik2', type: 'audio' },
  });
  const [request] = await posts(system.hook, 1);
  expect(request?.body).toBe(
    body(GEORGE.id, {
      title: 'Andrew Joseph',
      body: 'AUDIO CALL',
      ...SENDER,
      ...RECEIVER,
      tag: '123',
      conversationId: 'cometchat-uid-1_user_cometchat-uid-2',
      type: 'call',
      callAction: 'initiated',
      sessionId: 'v1.123.aik2',
      callType: 'audio',
      sentAt: String(sentAt),
    }),
  );
});

test('a reaction arrives exactly as in the sample, with the recipient as receiver', async () => {
  await using system = await startSystem();
  await system.backend.post('/v3/events', {
    id: 'r-58',
    type: 'reaction.added',
    sentAt: SENT_AT,
    sender: ANDREW,
    conversation: CONVERSATION,
    reaction: { id: '58', reaction: '😎', messageId: '101', messageSender: GEORGE.id },
  });
  const [request] = await posts(system.hook, 1);
  expect(request?.body).toBe(
    body(GEORGE.id, {
      title: 'Andrew Joseph',
      body: 'Reacted to your message: 😎',
      ...SENDER,
      ...RECEIVER,
      tag: '58',
      conversationId: 'cometchat-uid-1_user_cometchat-uid-2',
      type: 'chat',
      sentAt: '1741847453000',
    }),
  );
});

test('a group action arrives exactly as in the sample, and not at the one who left', async () => {
  await using system = await startSystem();
  await system.backend.tellGroupActions();
  await system.backend.put('/v3/groups/cometchat-guid-1', { name: 'Hiking group' });
  await system.backend.loadMembers('cometchat-guid-1', [ANDREW.uid, 'g-messages-none']);
  await system.backend.post('/v3/events', {
    id: 'g-1',
    type: 'group.member_left',
    sentAt: SENT_AT,
    sender: ANDREW,
    conversation: { type: 'group', id: 'cometchat-guid-1' },
    members: [{ uid: ANDREW.uid }],
  });
  expect(await system.done('g-1')).toMatchObject({ audience: 1, planned: 1, accepted: 1 });
  expect(system.hook.requests().map((request) => request.body)).toEqual([
    body('g-messages-none', {
      title: 'Hiking group',
      body: 'Andrew Joseph has left',
      ...SENDER,
      receiver: 'cometchat-guid-1',
      receiverName: 'Hiking group',
      receiverType: 'group',
      tag: 'cometchat-guid-1',
      conversationId: 'group_cometchat-guid-1',
      type: 'chat',
      sentAt: '1741847453000',
    }),
  ]);
});
