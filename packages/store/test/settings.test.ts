import { DEFAULT_SETTINGS, FanfareError } from '@fanfare/core';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  AppCache,
  changeSettings,
  createApp,
  createSecretBox,
  hasMembershipSecret,
  readApp,
  resetSettings,
  sealMembershipSecret,
} from '../src/index.ts';
import { everything, interposed, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();
const box = createSecretBox(Buffer.alloc(32, 7).toString('base64'));

beforeEach(async () => {
  for (const appId of ['demo', 'other']) {
    await createApp(redis, { appId, name: 'Demo', region: 'us', pushEnabled: true, createdAt: 1 });
  }
});

const change = (patch: object, secret?: string | null) => changeSettings(redis, 'demo', patch, secret);
const settings = async () => (await readApp(redis, 'demo'))?.settings;
const version = async () => (await readApp(redis, 'demo'))?.version;

describe('settings', () => {
  test('are the defaults until they are changed', async () => {
    expect(await settings()).toEqual(DEFAULT_SETTINGS);
  });

  test('change only what a change names, and return those in effect', async () => {
    await change({ badge: true, preferences: { group: { messagesSetting: 3 } } });
    const after = await change({ maxGroupSize: 500, preferences: { group: { repliesSetting: 1 } } });
    const { preferences } = DEFAULT_SETTINGS;
    expect(after).toEqual({
      ...DEFAULT_SETTINGS,
      badge: true,
      maxGroupSize: 500,
      preferences: { ...preferences, group: { ...preferences.group, messagesSetting: 3, repliesSetting: 1 } },
    });
    expect(await settings()).toEqual(after);
  });

  test('return to their default when set to null', async () => {
    await change({ badge: true, retention: { bulk: 48 }, logs: { until: 5, content: true } });
    expect(await change({ badge: null, retention: { bulk: null }, logs: { until: 0 } })).toEqual({
      ...DEFAULT_SETTINGS,
      logs: { until: 0, content: true },
    });
  });

  test('raise the version with each change, so that workers see it with the next event', async () => {
    const cache = new AppCache(redis, { now: () => 1 });
    await cache.get('demo', 1);
    await change({ badge: true });
    expect(await version()).toBe(2);
    expect((await cache.get('demo', 2))?.app.settings.badge).toBe(true);
    await resetSettings(redis, 'demo');
    expect(await version()).toBe(3);
  });

  test('keep all concurrent changes', async () => {
    const names = ['messages', 'replies', 'reactions', 'quotedReplies'].map((name) => `${name}Setting`);
    await Promise.all(names.map((name) => change({ preferences: { oneOnOne: { [name]: 1 } } })));
    expect((await settings())?.preferences.oneOnOne).toMatchObject(Object.fromEntries(names.map((name) => [name, 1])));
    expect(await version()).toBe(1 + names.length);
  });

  test('are reset together with a change that races the reset', async () => {
    let commands = 0;
    const racing = interposed(redis, async () => {
      if (commands++ === 1) await change({ badge: true });
    });
    expect(await resetSettings(racing, 'demo')).toBe(true);
    expect(await settings()).toEqual(DEFAULT_SETTINGS);
  });

  test('are reset to nothing stored', async () => {
    const { 'app:{demo}': before } = await everything(redis);
    await change({ badge: true, membership: { url: 'https://chat.example' } }, sealMembershipSecret(box, 'demo', 's'));
    expect(await resetSettings(redis, 'demo')).toBe(true);
    const { 'app:{demo}': after = '' } = await everything(redis);
    expect(after.replace('"v":"3"', '"v":"1"')).toBe(before);
  });

  test('are limited in size: a change too many is refused, and the previous ones stay', async () => {
    const sound = (name: string) => change({ sound: { [name]: 'x'.repeat(150_000) } });
    const before = await sound('chat');
    await expect(sound('call')).rejects.toThrow(FanfareError);
    await expect(sound('call')).rejects.toThrow(/^settings: /);
    expect(await settings()).toEqual(before);
  });

  test('of an unknown app create none', async () => {
    expect(await changeSettings(redis, 'unknown', { badge: true })).toBeUndefined();
    expect(await resetSettings(redis, 'unknown')).toBe(false);
    expect(await everything(redis)).not.toHaveProperty('app:{unknown}');
  });
});

describe('the membership source', () => {
  const URL_A = 'https://chat.example/members';
  const seal = (secret: string) => sealMembershipSecret(box, 'demo', secret);
  const known = async (appId = 'demo') =>
    (await new AppCache(redis, { membershipBox: box, now: () => 1 }).get(appId, 0))?.membership;

  test('is absent, or a URL and its secret', async () => {
    expect(await known()).toBeUndefined();
    await change({ membership: { url: URL_A } });
    expect(await known()).toEqual({ url: URL_A });
    expect(await hasMembershipSecret(redis, 'demo')).toBe(false);
    await change({}, seal('whsec_1'));
    expect(await known()).toEqual({ url: URL_A, secret: 'whsec_1' });
    expect(await hasMembershipSecret(redis, 'demo')).toBe(true);
  });

  test('is unknown to a worker without the master key, and its secret readable nowhere', async () => {
    await change({ membership: { url: URL_A } }, seal('whsec_1'));
    const bundle = await new AppCache(redis, { now: () => 1 }).get('demo', 0);
    expect(bundle?.membership).toBeUndefined();
    expect(JSON.stringify([await everything(redis), bundle])).not.toContain('whsec_1');
  });

  test('keeps its secret through other changes and on the same server', async () => {
    await change({ membership: { url: URL_A } }, seal('whsec_1'));
    await change({ badge: true });
    await change({ membership: { url: 'https://chat.example:443/other' } });
    expect(await known()).toEqual({ url: 'https://chat.example:443/other', secret: 'whsec_1' });
  });

  test.each(['https://evil.example/members', 'http://chat.example/members', 'https://chat.example:444/members'])(
    'loses its secret when it moves to %s, unless it is given anew',
    async (url) => {
      await change({ membership: { url: URL_A } }, seal('whsec_1'));
      await change({ membership: { url } });
      expect(await known()).toEqual({ url });
      await change({ membership: { url: URL_A } }, seal('whsec_2'));
      expect(await known()).toEqual({ url: URL_A, secret: 'whsec_2' });
    },
  );

  test('is removed with its secret, permanently', async () => {
    await change({ membership: { url: URL_A } }, seal('whsec_1'));
    await change({}, null);
    expect(await known()).toEqual({ url: URL_A });
    await change({}, seal('whsec_1'));
    await change({ membership: null });
    expect(await known()).toBeUndefined();
    await change({ membership: { url: URL_A } });
    expect(await known()).toEqual({ url: URL_A });
  });

  test('has a secret that decrypts for its own app only', async () => {
    await changeSettings(redis, 'other', { membership: { url: URL_A } }, seal('whsec_1'));
    await expect(known('other')).rejects.toThrow();
  });
});
