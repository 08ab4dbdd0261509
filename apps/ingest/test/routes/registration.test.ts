import { listDevices, readUser } from '@fanfare/store';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { privateIngest } from '../support/private-ingest.ts';

const TOKENS = '/v3/notifications/push/v1/tokens';
const ANDROID = { platform: 'fcm_android', fcmToken: 'tok_android' };
const SUCCESS = { data: { success: true } };

const { deps, backend, logIn } = await privateIngest();
const tokensOf = async (uid: string) => (await listDevices(deps.registry, 'demo', uid)).map(({ token }) => token);
const zoneOf = async (uid: string) => (await readUser(deps.registry, 'demo', uid))?.timezone;

/** What an app may send where a text is expected. */
const anything = fc.oneof(fc.jsonValue(), fc.string(), fc.constantFrom('', null, 'IST', 'GMT+25:00', '+5:3', 'Z'));

describe('a push token', () => {
  test.each([
    ['+00:00', '+00:00'],
    ['GMT+05:30', '+05:30'],
    ['UTC-3', '-03:00'],
    ['-0930', '-09:30'],
    ['Asia/Tokyo', 'Asia/Tokyo'],
  ])('with the time zone %s is registered, and the zone kept as %s', async (timezone, kept) => {
    const phone = await logIn('bob');
    expect(await phone('POST', TOKENS, { ...ANDROID, timezone })).toMatchObject({ status: 200, body: SUCCESS });
    expect([await tokensOf('bob'), await zoneOf('bob')]).toEqual([['tok_android'], kept]);
  });

  test.each(['', 'Mars/Olympus', '+25:00', 7, {}])(
    'with the time zone %j is registered without it, and the answer says so',
    async (timezone) => {
      const phone = await logIn('bob');
      await phone('PATCH', '/v3/notifications/v1/preferences/timezone', { timezone: 'Asia/Tokyo' });
      const { status, body } = await phone('POST', TOKENS, { ...ANDROID, timezone });
      expect([status, body.data.ignored]).toEqual([200, [{ field: 'timezone', problem: expect.any(String) }]]);
      expect([await tokensOf('bob'), await zoneOf('bob')]).toEqual([['tok_android'], 'Asia/Tokyo']);
    },
  );

  test('is never refused for what it can do without', async () => {
    const phone = await logIn('bob');
    await fc.assert(
      fc.asyncProperty(anything, anything, anything, async (timezone, deviceToken, locale) => {
        const { status, body } = await phone('POST', TOKENS, { ...ANDROID, timezone, deviceToken, locale });
        expect([status, body.data.success]).toEqual([200, true]);
        expect(await tokensOf('bob')).toEqual(['tok_android']);
      }),
      { numRuns: 100 },
    );
  });

  test.each(['providerId', 'uid', 'authToken'])('takes an empty %s as none', async (field) => {
    const phone = await logIn('bob');
    for (const nothing of ['', null]) {
      expect((await phone('POST', TOKENS, { ...ANDROID, [field]: nothing })).body).toEqual(SUCCESS);
    }
  });

  test('of another kind than the platform’s is not dropped in silence', async () => {
    const phone = await logIn('bob');
    const both = { platform: 'apns_ios_device', deviceToken: 'a1b2', voipToken: 'c3d4' };
    expect((await phone('POST', TOKENS, both)).body.data.ignored).toEqual([
      { field: 'voipToken', problem: 'is not a token for apns_ios_device; register it with its own platform' },
    ]);
  });

  test.each([
    ['missing', { platform: 'fcm_android' }, 'fcmToken: is required for fcm_android'],
    ['with a space', { ...ANDROID, fcmToken: 'two words' }, 'fcmToken: must be printable ASCII without spaces'],
    ['too long', { ...ANDROID, fcmToken: 'x'.repeat(4097) }, 'fcmToken: must be at most 4096 characters'],
    ['of no platform', { ...ANDROID, platform: 'windows_phone' }, 'platform: must be one of'],
  ])('is refused when it is %s', async (_what, body, message) => {
    const phone = await logIn('bob');
    expect(await phone('POST', TOKENS, body)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining(message) } },
    });
  });

  test('on the older path does not cost the others', async () => {
    const phone = await logIn('bob');
    const { body } = await phone('POST', '/v2/tokens', { apnsToken: 'A1B2', voipToken: 'two words', fcmToken: null });
    expect(body.data.ignored).toEqual([{ field: 'voipToken', problem: 'must be printable ASCII without spaces' }]);
    expect(await tokensOf('bob')).toEqual(['a1b2']);
    const alone = await phone('POST', '/v2/tokens', { voipToken: 'two words' });
    expect(alone.body.error.message).toBe('voipToken: must be printable ASCII without spaces');
  });
});

test('a login is not rejected because of what the SDK says about its device', async () => {
  const phone = await logIn('bob');
  for (const about of [{}, [], { platform: 7 }]) expect((await phone('PUT', '/v3/me', about)).status).toBe(200);
});

test('a time zone that is all a request is about is refused when it is not known', async () => {
  const path = '/v3/notifications/v1/preferences/timezone?uid=bob';
  expect(await backend('PATCH', path, { timezone: 'Mars/Olympus' })).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringMatching(/^timezone: is not a known IANA time zone/) } },
  });
});
