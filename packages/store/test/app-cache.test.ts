import { handClock } from '@fanfare/testkit';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  AppCache,
  changeApp,
  createApp,
  createSecretBox,
  deleteApp,
  disableCustomProvider,
  recordFailing,
  writeCustomProvider,
  writePushProvider,
} from '../src/index.ts';
import { privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();

const box = createSecretBox(Buffer.alloc(32, 7).toString('base64'));
const clock = handClock(1_741_847_453_000);
const WEBHOOK = { isEnabled: true, webhookURL: 'https://example.com/push' };

const make = (appId: string) =>
  createApp(redis, { appId, name: 'Before', region: 'us', pushEnabled: true, createdAt: 1 });

beforeEach(() => make('demo'));

const newCache = (): AppCache => new AppCache(redis, { now: clock.now });
const nameIn = async (cache: AppCache, version: number) => (await cache.get('demo', version))?.app.name;

/** How often Redis was asked for an entire hash. */
async function readsOf(act: () => Promise<unknown>): Promise<number> {
  await redis.config('RESETSTAT');
  await act();
  return Number(/cmdstat_hgetall:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
}

describe('an app', () => {
  test('that is cached is not read again for two seconds', async () => {
    const cache = newCache();
    await cache.get('demo', 1);
    await changeApp(redis, 'demo', { name: 'After' });
    clock.advance(1999);
    expect(await nameIn(cache, 1)).toBe('Before');
    clock.advance(1);
    expect(await nameIn(cache, 1)).toBe('After');
  });

  test('is read again at once, and once, when an event has a later version', async () => {
    const cache = newCache();
    await cache.get('demo', 1);
    await changeApp(redis, 'demo', { name: 'After' });
    expect(await nameIn(cache, 2)).toBe('After');
    expect(await readsOf(() => Promise.all([cache.get('demo', 1), cache.get('demo', 2)]))).toBe(0);
  });

  test('that is requested concurrently is read once', async () => {
    const cache = newCache();
    expect(await readsOf(() => Promise.all(Array.from({ length: 50 }, () => cache.get('demo', 1))))).toBe(1);
  });

  test('is not confused with another', async () => {
    await make('other');
    await changeApp(redis, 'other', { name: 'Other' });
    const cache = newCache();
    expect(await nameIn(cache, 1)).toBe('Before');
    expect((await cache.get('other', 1))?.app).toMatchObject({ appId: 'other', name: 'Other', version: 2 });
  });

  test('that was deleted is gone after at most two seconds', async () => {
    const cache = newCache();
    await cache.get('demo', 1);
    await deleteApp(redis, 'demo');
    clock.advance(2000);
    expect(await cache.get('demo', 1)).toBeUndefined();
  });

  test('is found as soon as it is created', async () => {
    await deleteApp(redis, 'demo');
    const cache = newCache();
    expect(await cache.get('demo', 1)).toBeUndefined();
    await make('demo');
    expect(await nameIn(cache, 1)).toBe('Before');
  });
});

describe('its custom provider', () => {
  test('is used for an event posted after it was configured', async () => {
    const cache = newCache();
    expect(await cache.get('demo', 1)).toMatchObject({ customEnabled: false });
    await writeCustomProvider(redis, box, 'demo', WEBHOOK);
    expect(await cache.get('demo', 2)).toMatchObject({ customEnabled: true });
    await disableCustomProvider(redis, 'demo', WEBHOOK.webhookURL, { reason: 'HTTP 410', at: 1 });
    expect(await cache.get('demo', 3)).toMatchObject({ customEnabled: false });
  });

  test('has its secrets only if the cache was given the box for them', async () => {
    await writeCustomProvider(redis, box, 'demo', { ...WEBHOOK, signingSecret: 'whsec_c2VjcmV0' });
    expect(await newCache().get('demo', 2)).not.toHaveProperty('custom');
    expect(await new AppCache(redis, { box, now: clock.now }).get('demo', 2)).toMatchObject({
      customEnabled: true,
      custom: { ...WEBHOOK, signingSecrets: ['whsec_c2VjcmV0'] },
    });
  });

  test('is decrypted on first use, and once', async () => {
    await writeCustomProvider(redis, box, 'demo', WEBHOOK);
    let opened = 0;
    const open = (sealed: string, context: string) => {
      opened++;
      return box.open(sealed, context);
    };
    const counting = { ...box, open };
    const bundle = await new AppCache(redis, { box: counting, now: clock.now }).get('demo', 2);
    expect(opened).toBe(0);
    expect(bundle?.custom).toBe(bundle?.custom);
    expect(opened).toBe(1);
  });

  test('is also signed with the old secret during a rotation, and not afterwards', async () => {
    const previousSecret = { secret: 'whsec_b2xk', until: clock.now() + 5000 };
    await writeCustomProvider(redis, box, 'demo', { ...WEBHOOK, signingSecret: 'whsec_bmV3', previousSecret });
    const cache = new AppCache(redis, { box, now: clock.now });
    const secrets = async () => (await cache.get('demo', 2))?.custom?.signingSecrets;
    expect(await secrets()).toEqual(['whsec_bmV3', 'whsec_b2xk']);
    clock.advance(5000);
    expect(await secrets()).toEqual(['whsec_bmV3']);
  });
});

describe('its credentials', () => {
  const FCM = { credential: { id: 'a', serviceAccount: {} } as never, shown: {} };
  const sending = () => new AppCache(redis, { box, now: clock.now }).get('demo', 1);

  test('are available even if the secret of the custom provider cannot be decrypted', async () => {
    await writePushProvider(redis, box, 'demo', 'fcm', FCM);
    await writeCustomProvider(redis, createSecretBox(Buffer.alloc(32, 8).toString('base64')), 'demo', WEBHOOK);
    const bundle = await sending();
    expect(bundle?.credential('fcm', 'default')?.id).toBe('a');
    expect(() => bundle?.custom).toThrow('which is not configured');
  });

  test('are marked as failing individually, without their secrets', async () => {
    await writePushProvider(redis, box, 'demo', 'fcm', FCM);
    const failing = async () => {
      const bundle = await newCache().get('demo', 1);
      return [bundle?.failing('fcm', 'a'), bundle?.failing('fcm', 'b'), bundle?.failing('apns', 'a')];
    };
    expect(await failing()).toEqual([false, false, false]);
    await recordFailing(redis, 'demo', { kind: 'fcm', id: 'a' }, { reason: 'x', at: 1 });
    expect(await failing()).toEqual([true, false, false]);
    await recordFailing(redis, 'demo', { kind: 'fcm', id: 'a' }, undefined);
    expect(await failing()).toEqual([false, false, false]);
  });
});

test('a failed read is not cached', async () => {
  const cache = newCache();
  await redis.rename('app:{demo}', 'aside:{demo}');
  await redis.set('app:{demo}', 'in the way');
  await expect(cache.get('demo', 1)).rejects.toThrow('WRONGTYPE');
  await redis.rename('aside:{demo}', 'app:{demo}');
  expect(await nameIn(cache, 1)).toBe('Before');
});
