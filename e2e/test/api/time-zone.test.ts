import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { logIn } from '../support/devices.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

const PATHS = ['/v3/notifications/v1/preferences/timezone', '/v3/notifications/push/v1/preferences/timezone'] as const;
const [PATH, SDK_PATH] = PATHS;

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
});
afterAll(() => system[Symbol.asyncDispose]());

const answer = (timezone: string) => ({ data: { success: true, timezone } });

describe.each(PATHS)('%s', (path) => {
  test("is the app's until it is set, and then the same everywhere", async () => {
    const uid = path === PATH ? 'bob' : 'carol';
    const phone = system.asUser(await logIn(system, uid));
    expect((await phone.get(path)).body).toEqual(answer('UTC'));
    const set = await phone.patch(path, { timezone: 'Asia/Tokyo' });
    expect([set.status, set.body]).toEqual([200, answer('Asia/Tokyo')]);
    for (const other of PATHS) expect((await phone.get(other)).body).toEqual(answer('Asia/Tokyo'));
    expect((await system.backend.get(`/v3/users/${uid}`)).body.data.timezone).toBe('Asia/Tokyo');
  });

  test.each([[{ timezone: 'Mars/Olympus' }], [{ timezone: '+25:00' }], [{ timezone: 9 }], [{}]])(
    '%j is refused',
    async (patch) => {
      const phone = system.asUser(await logIn(system, 'dave'));
      const { status, body } = await phone.patch(path, patch);
      expect([status, body.error.code, body.error.message.split(':')[0]]).toEqual([400, 'ERR_BAD_REQUEST', 'timezone']);
      expect((await phone.get(path)).body).toEqual(answer('UTC'));
    },
  );
});

test('a token that brings a time zone sets it as well', async () => {
  const phone = system.asUser(await logIn(system, 'erin'));
  const token = { platform: 'fcm_android', fcmToken: 'tok', timezone: 'America/Lima' };
  expect((await phone.post('/v3/notifications/push/v1/tokens', token)).status).toBe(200);
  expect((await phone.get(PATH)).body).toEqual(answer('America/Lima'));
});

test('is for its own person to set, or for a key on their behalf', async () => {
  const mallory = system.asUser(await logIn(system, 'mallory'));
  expect((await mallory.get(`${PATH}?uid=alice`)).status).toBe(403);
  expect((await mallory.patch(`${PATH}?uid=alice`, { timezone: 'Asia/Tokyo' })).status).toBe(403);
  expect((await system.backend.patch(PATH, { timezone: 'Asia/Tokyo' })).body.error.message).toMatch(/^uid:/);
  await system.backend.patch(`${PATH}?uid=alice`, { timezone: 'Europe/Paris' });
  expect((await system.backend.get(`${SDK_PATH}?uid=alice`)).body).toEqual(answer('Europe/Paris'));
  const other = await createApp(system.admin, system.url, 'other');
  await other.patch('/v3/notifications/v1/settings', { timezone: 'Europe/Berlin' });
  expect((await other.get(`${PATH}?uid=alice`)).body).toEqual(answer('Europe/Berlin'));
});
