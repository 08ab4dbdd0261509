import type { Example } from './example.ts';
import { STAND_INS } from './stand-ins.ts';

/** Failed deliveries: the webhook answers 400 for carol. */
export const deadLetters: readonly Example[] = [
  {
    operation: 'GET /v3/dead-letters',
    as: 'backend',
    query: { provider: 'custom' },
    status: 200,
    answer: {
      data: [
        {
          id: STAND_INS.deadLetterId,
          eventId: 'm-102',
          uid: 'carol',
          provider: 'custom',
          reason: 'http_400',
          detail: 'no such user here',
          attempts: 1,
          at: 1_741_847_453,
        },
      ],
      meta: { looked: 1 },
    },
  },
  {
    operation: 'GET /v3/dead-letters/summary',
    as: 'backend',
    status: 200,
    answer: {
      data: [
        {
          provider: 'custom',
          reason: 'http_400',
          count: 1,
          first: 1_741_847_453,
          last: 1_741_847_453,
          byHour: [{ at: 1_741_845_600, count: 1 }],
          sample: {
            id: STAND_INS.deadLetterId,
            eventId: 'm-102',
            uid: 'carol',
            provider: 'custom',
            reason: 'http_400',
            detail: 'no such user here',
            attempts: 1,
            at: 1_741_847_453,
          },
        },
      ],
      meta: { counted: 1 },
    },
  },
  {
    operation: 'POST /v3/dead-letters/replay',
    as: 'backend',
    body: { ids: [STAND_INS.deadLetterId] },
    status: 202,
    answer: { data: { id: STAND_INS.replayId, state: 'running', replayed: 0, skipped: 0 } },
  },
  {
    operation: 'GET /v3/dead-letters/replays/{id}',
    as: 'backend',
    params: { id: STAND_INS.replayId },
    status: 200,
    answer: { data: { id: STAND_INS.replayId, state: 'done', total: 1, replayed: 1, skipped: 0 } },
  },
  {
    operation: 'POST /v3/dead-letters/replays/{id}/stop',
    name: 'A replay that has ended stays as it is',
    as: 'backend',
    params: { id: STAND_INS.replayId },
    status: 202,
    answer: { data: { id: STAND_INS.replayId, state: 'done', total: 1, replayed: 1, skipped: 0 } },
  },
  {
    operation: 'GET /v3/dead-letters/replays/{id}',
    name: 'No such replay',
    as: 'backend',
    params: { id: 'none' },
    status: 404,
    answer: { error: { code: 'ERR_REPLAY_NOT_FOUND', message: 'id: there is no replay "none"' } },
  },
  {
    operation: 'DELETE /v3/dead-letters',
    as: 'backend',
    body: { filter: { provider: 'apns' } },
    status: 200,
    answer: { data: { dropped: 0 } },
  },
];
