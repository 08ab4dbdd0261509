import type { Example } from './example.ts';

/** The import that one example makes and another reads. */
const MARCH = {
  id: 'march',
  state: 'done',
  dryRun: false,
  offset: 6,
  imported: { user: 1, token: 1, preferences: 1, mute: 1, group: 1, member: 1 },
  rejected: 0,
  problems: [],
  updatedAt: 1_741_847_453,
};

/** Bulk imports. */
export const imports: readonly Example[] = [
  {
    operation: 'POST /v3/import',
    name: 'A check without writing',
    as: 'backend',
    query: { id: 'users-2025-03', dryRun: 'true' },
    body: '{"type":"user","uid":"erin","name":"Erin"}\n{"type":"user","uid":"frank","nmae":"Frank"}\n',
    status: 200,
    answer: {
      data: {
        id: 'users-2025-03',
        state: 'done',
        dryRun: true,
        offset: 2,
        imported: { user: 1, token: 0, preferences: 0, mute: 0, group: 0, member: 0 },
        rejected: 1,
        problems: [{ line: 2, problem: 'nmae: is not a known field' }],
        updatedAt: 1_741_847_453,
      },
    },
  },
  {
    operation: 'POST /v3/import',
    name: 'One line of each type',
    as: 'backend',
    query: { id: 'march' },
    body:
      '{"type":"user","uid":"erin","name":"Erin","timezone":"Europe/Paris","locale":"fr"}\n' +
      '{"type":"token","uid":"erin","platform":"fcm_android","token":"erins-token"}\n' +
      '{"type":"preferences","uid":"erin","preferences":{"mutePreferences":{"dnd":1}}}\n' +
      '{"type":"mute","uid":"erin","conversationType":"group","conversationId":"chess","until":null}\n' +
      '{"type":"group","guid":"chess","name":"Chess club"}\n' +
      '{"type":"member","guid":"chess","uid":"erin"}\n',
    status: 200,
    answer: { data: MARCH },
  },
  {
    operation: 'POST /v3/import',
    name: 'Nothing to continue',
    as: 'backend',
    query: { id: 'april', offset: '400000' },
    body: '{"type":"user","uid":"erin"}\n',
    status: 404,
    answer: { error: { code: 'ERR_IMPORT_NOT_FOUND', message: 'id: there is no import "april" to continue' } },
  },
  {
    operation: 'GET /v3/import/{id}',
    as: 'backend',
    params: { id: 'march' },
    status: 200,
    answer: { data: MARCH },
  },
  {
    operation: 'GET /v3/import/{id}',
    name: 'No such import',
    as: 'backend',
    params: { id: 'none' },
    status: 404,
    answer: { error: { code: 'ERR_IMPORT_NOT_FOUND', message: 'id: there is no import "none"' } },
  },
];
