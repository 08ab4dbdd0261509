import { expect, test } from '@jest/globals';
import { addPushProviders, logIn, register, tokensOf } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

const TOKENS = '/v3/notifications/push/v1/tokens';
const LOWER = 'a1b2c3d4'.repeat(8);
const UPPER = LOWER.toUpperCase();
/** As iOS code before iOS 13 prints it. */
const PRINTED = `<${LOWER.replace(/.{8}(?=.)/g, '$& ')}>`;
const IPHONE = { platform: 'apns_ios_device', providerId: 'apns-1' };

test('a phone that changes hands gets nothing of its old owner, however each app spells the APNs token', async () => {
  await using system = await startSystem();
  await addPushProviders(system);
  await register(system, await logIn(system, 'bob'), { ...IPHONE, deviceToken: UPPER });
  await register(system, await logIn(system, 'carol'), { ...IPHONE, deviceToken: PRINTED });
  expect([await tokensOf(system, 'bob'), await tokensOf(system, 'carol')]).toEqual([[], [LOWER]]);
  const event = aMessage();
  await system.backend.post('/v3/events', event);
  await system.done(event.id);
  expect(system.hooks.apns.requests()).toEqual([]);
});

test('a token of the older path and one of today’s is one device, and is removed in any spelling', async () => {
  await using system = await startSystem({ apps: [] });
  await addPushProviders(system);
  const phone = system.asUser(await logIn(system));
  expect((await phone.post('/v2/tokens', { apnsToken: UPPER })).status).toBe(200);
  await phone.post(TOKENS, { ...IPHONE, deviceToken: LOWER });
  expect(await tokensOf(system)).toEqual([LOWER]);
  expect((await phone.delete(`${TOKENS}/${encodeURIComponent(PRINTED)}`)).status).toBe(200);
  expect(await tokensOf(system)).toEqual([]);
});
