import { SUCCESS } from '../../http/fields.ts';
import type { Example } from './example.ts';
import { STAND_INS } from './stand-ins.ts';

/** The user of the examples, as stored. */
const BOB = {
  uid: 'bob',
  name: 'Bob',
  avatar: 'https://chat.example.com/bob.png',
  timezone: 'Asia/Tokyo',
  deactivated: false,
  createdAt: 1_741_847_453,
};

/** Users, their sessions, and whom they block. */
export const users: readonly Example[] = [
  {
    operation: 'PUT /v3/users/{uid}',
    as: 'backend',
    params: { uid: 'bob' },
    body: { name: 'Bob', avatar: 'https://chat.example.com/bob.png', timezone: 'Asia/Tokyo' },
    status: 200,
    answer: {
      data: BOB,
    },
  },
  {
    operation: 'GET /v3/users',
    as: 'backend',
    query: { limit: '50' },
    status: 200,
    answer: {
      data: [BOB],
      meta: {},
    },
  },
  {
    operation: 'GET /v3/users/{uid}',
    as: 'backend',
    params: { uid: 'bob' },
    status: 200,
    answer: {
      data: BOB,
    },
  },
  {
    operation: 'GET /v3/users/{uid}',
    name: 'No such user',
    as: 'backend',
    params: { uid: 'zoe' },
    status: 404,
    answer: { error: { code: 'ERR_UID_NOT_FOUND', message: 'uid: there is no user "zoe"' } },
  },
  {
    operation: 'POST /v3/users/{uid}/auth_tokens',
    as: 'backend',
    params: { uid: 'bob' },
    status: 201,
    answer: { data: { uid: 'bob', authToken: STAND_INS.authToken, createdAt: 1_741_847_453 } },
  },
  {
    operation: 'GET /v3/users/{uid}/auth_tokens',
    as: 'backend',
    params: { uid: 'bob' },
    status: 200,
    answer: {
      data: [{ uid: 'bob', prefix: STAND_INS.authTokenPrefix, id: STAND_INS.session, createdAt: 1_741_847_453 }],
      meta: {},
    },
  },
  {
    operation: 'POST /v3/users/{uid}/blockedusers',
    as: 'backend',
    params: { uid: 'bob' },
    body: { blockedUids: ['mallory', 'trudy'] },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'GET /v3/users/{uid}/blockedusers',
    name: 'The first page',
    as: 'backend',
    params: { uid: 'bob' },
    query: { limit: '1' },
    status: 200,
    answer: { data: [{ uid: 'mallory' }], meta: { cursor: 'mallory' } },
  },
  {
    operation: 'GET /v3/users/{uid}/blockedusers',
    name: 'The last page',
    as: 'backend',
    params: { uid: 'bob' },
    query: { limit: '1', cursor: 'mallory' },
    status: 200,
    answer: { data: [{ uid: 'trudy' }], meta: {} },
  },
  {
    operation: 'DELETE /v3/users/{uid}/blockedusers',
    as: 'backend',
    params: { uid: 'bob' },
    body: { blockedUids: ['trudy'] },
    status: 200,
    answer: SUCCESS,
  },
];
