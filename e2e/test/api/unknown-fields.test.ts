import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Answer, Api } from '../support/api.ts';
import { aMessage } from '../support/events.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
});
afterAll(() => system[Symbol.asyncDispose]());

const MESSAGE = { id: '1', type: 'text', text: 'hi', surprise: 1 };
const surprise = { surprise: 1 };

/** Every way into a native path, with a field that does not exist: a typo must not be taken for success. */
const CALLS: [what: string, field: string, call: (admin: Api, backend: Api) => Promise<Answer>][] = [
  ['creating an app', 'surprise', (admin) => admin.post('/v3/apps', { appId: 'other', ...surprise })],
  ['changing an app', 'surprise', (admin) => admin.patch('/v3/apps/app123', { name: 'Demo', ...surprise })],
  ['listing apps', 'surprise', (admin) => admin.get('/v3/apps?surprise=1')],
  ['creating an API key', 'surprise', (admin) => admin.post('/v3/apps/app123/apikeys', { name: 'a', ...surprise })],
  ['listing API keys', 'surprise', (admin) => admin.get('/v3/apps/app123/apikeys?surprise=1')],
  ['publishing an event', 'surprise', (_, backend) => backend.post('/v3/events', aMessage(surprise))],
  [
    'a part of an event',
    'message.surprise',
    (_, backend) => backend.post('/v3/events', aMessage({ message: MESSAGE })),
  ],
  ['explain', 'surprise', (_, backend) => backend.post('/v3/explain', { event: aMessage(), uid: 'bob', ...surprise })],
  ['listing dead letters', 'surprise', (_, backend) => backend.get('/v3/dead-letters?surprise=1')],
  ['a replay', 'surprise', (_, backend) => backend.post('/v3/dead-letters/replay', { ids: ['e-0'], ...surprise })],
  [
    'dropping dead letters',
    'surprise',
    (_, backend) => backend.delete('/v3/dead-letters', { ids: ['e-0'], ...surprise }),
  ],
  [
    'a preview',
    'surprise',
    (_, backend) =>
      backend.post('/v3/notifications/v1/templates/preview', { event: aMessage(), platform: 'custom', ...surprise }),
  ],
  [
    'switching the log on',
    'surprise',
    (_, backend) => backend.put('/v3/notifications/v1/logs', { enabled: true, ...surprise }),
  ],
];

test.each(CALLS)('%s: an unknown field is a 400 that names %s', async (_what, field, call) => {
  const { status, body } = await call(system.admin, system.backend);
  expect([status, body.error?.code, body.error?.message.split(':')[0]]).toEqual([400, 'ERR_BAD_REQUEST', field]);
});
