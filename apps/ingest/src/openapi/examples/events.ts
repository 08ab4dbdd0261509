import type { Example } from './example.ts';

/** Events: posting them, delivery counts, traces and explain. */
export const events: readonly Example[] = [
  {
    operation: 'POST /v3/events',
    name: 'One event',
    as: 'backend',
    body: {
      id: 'm-101',
      type: 'message.sent',
      sentAt: 1_741_847_453_000,
      sender: { uid: 'alice', name: 'Alice' },
      conversation: { type: 'user', id: 'bob', name: 'Bob' },
      message: { id: '101', type: 'text', text: 'hi' },
    },
    status: 202,
    answer: { data: { events: [{ id: 'm-101', status: 'accepted' }] } },
  },
  {
    operation: 'POST /v3/events',
    name: 'Several events, checked one by one',
    as: 'backend',
    body: [
      {
        id: 'm-101',
        type: 'message.sent',
        sentAt: 1_741_847_453_000,
        sender: { uid: 'alice' },
        conversation: { type: 'user', id: 'bob' },
        message: { id: '101', text: 'hi' },
      },
      {
        id: 'm-102',
        type: 'message.sent',
        sentAt: 1_741_847_453_000,
        sender: { uid: 'alice' },
        conversation: { type: 'user', id: 'carol' },
        message: { id: '102', text: 'hi' },
      },
      {
        id: 'm-103',
        type: 'message.sent',
        sentAt: 1_741_847_453_000,
        sender: { uid: 'alice', avatar: 'ftp://chat.example.com/alice.png' },
        conversation: { type: 'user', id: 'bob' },
        message: { id: '103', text: 'hi' },
      },
    ],
    status: 202,
    answer: {
      data: {
        events: [
          { id: 'm-101', status: 'duplicate' },
          { id: 'm-102', status: 'accepted' },
          {
            id: 'm-103',
            status: 'rejected',
            error: { code: 'ERR_BAD_REQUEST', message: 'sender.avatar: must be an http or https URL' },
          },
        ],
      },
    },
  },
  {
    operation: 'POST /v3/webhooks/cometchat',
    as: 'backend',
    body: {
      trigger: 'message_sent',
      appId: 'app123',
      data: {
        message: {
          id: '104',
          sender: 'alice',
          receiver: 'bob',
          receiverType: 'user',
          type: 'text',
          category: 'message',
          sentAt: 1_741_847_453,
          data: {
            text: 'hello',
            entities: { sender: { entity: { uid: 'alice', name: 'Alice' }, entityType: 'user' } },
          },
        },
      },
    },
    status: 200,
    answer: { data: { trigger: 'message_sent', events: [{ id: 'cc:message_sent:104', status: 'accepted' }] } },
  },
  {
    operation: 'GET /v3/events/{id}',
    as: 'backend',
    params: { id: 'm-101' },
    status: 200,
    answer: {
      data: {
        id: 'm-101',
        state: 'done',
        counts: {
          audience: 1,
          planned: 1,
          suppressed: {},
          accepted: 1,
          token_dead: 0,
          rejected: 0,
          expired: 0,
          superseded: 0,
          pending: 0,
        },
      },
    },
  },
  {
    operation: 'GET /v3/events/{id}',
    name: 'No such event',
    as: 'backend',
    params: { id: 'm-999' },
    status: 404,
    answer: { error: { code: 'ERR_EVENT_NOT_FOUND', message: 'id: there is no event "m-999"' } },
  },
  {
    operation: 'GET /v3/events/{id}/recipients/{uid}',
    as: 'backend',
    params: { id: 'm-101', uid: 'bob' },
    status: 200,
    answer: {
      data: {
        eventId: 'm-101',
        uid: 'bob',
        targets: [{ provider: 'custom', state: 'accepted', attempts: [{ outcome: 'accepted' }] }],
        decision: 'sent',
        sentence: 'Sent to Bob: 1 of 1 target accepted it.',
      },
    },
  },
  {
    operation: 'GET /v3/events/{id}/recipients/{uid}',
    name: 'No such event',
    as: 'backend',
    params: { id: 'm-999', uid: 'bob' },
    status: 404,
    answer: { error: { code: 'ERR_EVENT_NOT_FOUND', message: 'id: there is no event "m-999"' } },
  },
  {
    operation: 'POST /v3/explain',
    as: 'backend',
    body: {
      event: {
        id: 'm-105',
        type: 'message.sent',
        sentAt: 1_741_847_453_000,
        sender: { uid: 'mallory' },
        conversation: { type: 'user', id: 'bob' },
        message: { id: '105', text: 'hi' },
      },
      uid: 'bob',
    },
    status: 200,
    answer: {
      data: {
        uid: 'bob',
        targets: [],
        decision: 'not_in_audience',
        reason: 'blocked',
        sentence: 'Would not be sent: Bob or the sender has blocked the other.',
        lane: 'chat',
        deadline: { leaveBy: 1_741_847_453_000, holdUntil: 1_741_847_453_000 },
      },
    },
  },
];
