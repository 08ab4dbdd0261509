import { expect, test } from '@jest/globals';
import type { Api } from '../support/api.ts';
import { aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

const PATH = '/v3/notifications/v1/logs';
const DAY = 24 * 3_600_000;
const EMPTY = { data: [], meta: { previous: null, current: { limit: 100, count: 0 }, next: null } };

const page = async (backend: Api) => (await backend.get(PATH)).body;

test('is off until it is switched on, shows what came from then on, and nothing once it is off again', async () => {
  await using system = await startSystem();
  const { backend } = system;
  const post = async () => {
    const event = aMessage();
    await backend.post('/v3/events', event);
    await system.done(event.id);
    return event;
  };
  await post();
  expect(await page(backend)).toEqual(EMPTY);
  const on = await backend.put(PATH, { enabled: true });
  expect([on.status, on.body.data.enabled, on.body.data.content]).toEqual([200, true, false]);
  expect(Math.abs(on.body.data.until - Date.now() - 7 * DAY)).toBeLessThan(60_000);
  expect((await backend.get('/v3/notifications/v1/settings')).body.data.logs.until).toBe(on.body.data.until);
  const { message } = await post();
  expect((await page(backend)).data.map(({ messageId }: { messageId: string }) => messageId)).toEqual([message.id]);
  const off = await backend.put(PATH, { enabled: false });
  expect(off.body).toEqual({ data: { enabled: false, until: 0, content: false } });
  expect(await page(backend)).toEqual(EMPTY);
});

test.each<[string, object]>([
  ['days', { enabled: true, days: 8 }],
  ['enabled', {}],
  ['forever', { enabled: true, forever: true }],
])('it cannot be switched on so: %s', async (field, input) => {
  await using system = await startSystem({ apps: [] });
  const { status, body } = await system.backend.put(PATH, input);
  expect([status, body.error.message.split(':')[0]]).toEqual([400, field]);
});
