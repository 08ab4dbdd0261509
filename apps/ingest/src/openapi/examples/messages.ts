import { SUCCESS } from '../../http/fields.ts';
import type { Example } from './example.ts';

/** Following threads and marking messages as read. */
export const messages: readonly Example[] = [
  {
    operation: 'POST /v3/messages/{id}/thread/subscription',
    as: 'bob',
    params: { id: '101' },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'DELETE /v3/messages/{id}/thread/subscription',
    as: 'bob',
    params: { id: '101' },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'POST /v3/messages/{id}/read',
    as: 'bob',
    params: { id: '101' },
    status: 200,
    answer: { data: { success: true, unreadMessageCount: 0 } },
  },
  {
    operation: 'POST /v3/messages/{id}/read',
    name: 'No such message',
    as: 'bob',
    params: { id: '999' },
    status: 404,
    answer: { error: { code: 'ERR_MESSAGE_NOT_FOUND', message: 'id: the message is unknown or too old' } },
  },
];
