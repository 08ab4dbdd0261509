import type { Example } from './example.ts';
import { STAND_INS } from './stand-ins.ts';

/** The notification log and the template preview. */
export const why: readonly Example[] = [
  {
    operation: 'GET /v3/notifications/v1/logs',
    as: 'backend',
    query: { messageId: '101', limit: '10' },
    status: 200,
    answer: {
      data: [
        {
          _id: STAND_INS.logId,
          component: 'notifications-core',
          processingStartedAtMS: 1_741_847_453_000,
          processingEndedAtMS: 1_741_847_453_000,
          totalProcessingTimeInMS: 108,
          channel: 'push',
          provider: 'custom',
          trigger: 'after_message',
          messageId: '101',
          messageCategory: 'message',
          messageType: 'text',
          messageSentAtMS: 1_741_847_453_000,
          sender: 'alice',
          receiver: 'bob',
          receiverType: 'user',
          member: 'bob',
          providerId: 'custom',
          notificationTriggered: true,
          state: 'accepted',
        },
      ],
      meta: { previous: null, current: { limit: 10, count: 1 }, next: null },
    },
  },
  {
    operation: 'POST /v3/notifications/v1/templates/preview',
    as: 'backend',
    body: {
      event: {
        id: 'm-106',
        type: 'message.sent',
        sentAt: 1_741_847_453_000,
        sender: { uid: 'alice', name: 'Alice' },
        conversation: { type: 'user', id: 'bob' },
        message: { id: '106', text: 'See you at six' },
      },
      platform: 'custom',
    },
    status: 200,
    answer: {
      data: {
        title: 'Alice',
        body: 'See you at six',
        payload: {
          trigger: 'push-notification-payload-generated',
          data: {
            to: { uid: 'bob' },
            notificationDetails: {
              title: 'Alice',
              body: 'See you at six',
              sender: 'alice',
              senderName: 'Alice',
              receiver: 'bob',
              receiverName: 'Bob',
              receiverAvatar: 'https://chat.example.com/bob.png',
              receiverType: 'user',
              tag: '106',
              conversationId: 'alice_user_bob',
              type: 'chat',
              sentAt: '1741847453000',
            },
          },
          appId: 'app123',
          region: 'us',
          webhook: 'custom',
        },
      },
    },
  },
];
