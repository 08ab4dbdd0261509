import { describe, expect, test } from '@jest/globals';
import { createApiKey, findApiKey, listApiKeys, recordKeyUse, revokeAllKeys, revokeApiKey } from '../src/index.ts';
import { everything, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();

const backend = { name: 'backend', scopes: ['publish', 'manage'], now: 1_741_847_453_000 } as const;
const create = (appId: string, more: { name?: string; now?: number } = {}) =>
  createApiKey(redis, appId, { ...backend, scopes: [...backend.scopes], ...more });

describe('an API key', () => {
  test('authenticates its app, within its scopes', async () => {
    const { apiKey, id } = await create('demo');
    expect(await findApiKey(redis, apiKey)).toEqual({ appId: 'demo', id, scopes: ['publish', 'manage'] });
  });

  test('is shown once and stored nowhere', async () => {
    const { apiKey } = await create('demo');
    const secret = apiKey.slice('fk_'.length);
    expect(secret).toMatch(/^[A-Za-z0-9_-]{32}$/);
    const stored = JSON.stringify(Object.entries(await everything(redis)));
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
  });

  test('says when it was last used, until it is revoked', async () => {
    const [used, unused] = [await create('keen'), await create('keen')];
    const use = { appId: 'keen', id: used.id, at: backend.now + 5000 };
    await recordKeyUse(redis, use);
    const listed = await listApiKeys(redis, 'keen');
    expect(new Map(listed.map(({ id, lastUsedAt }) => [id, lastUsedAt]))).toEqual(
      new Map([
        [used.id, use.at],
        [unused.id, undefined],
      ]),
    );
    await revokeApiKey(redis, 'keen', used.id);
    await recordKeyUse(redis, use);
    await revokeAllKeys(redis, 'keen');
    expect(Object.keys(await everything(redis)).filter((key) => key.includes('{keen}'))).toEqual([]);
  });

  test('is unique', async () => {
    const [first, second] = [await create('demo'), await create('demo')];
    expect(first.apiKey).not.toBe(second.apiKey);
    expect(first.id).not.toBe(second.id);
  });

  test.each(['', 'fk_', 'nonsense', 'x'.repeat(10_000)])(
    'that was never issued authenticates nothing: %#',
    async (apiKey) => {
      await create('demo');
      expect(await findApiKey(redis, apiKey)).toBeUndefined();
    },
  );

  test('is not its id, its prefix or its hash', async () => {
    const { id, prefix } = await create('demo');
    const hashes = Object.keys(await everything(redis)).flatMap((key) => /^apikey:\{(.+)\}$/.exec(key)?.[1] ?? []);
    expect(hashes).toHaveLength(1);
    for (const text of [id, prefix, ...hashes]) expect(await findApiKey(redis, text)).toBeUndefined();
  });
});

test("an app's keys are listed oldest first, without key and hash", async () => {
  const later = await create('demo', { name: 'later', now: 2000 });
  const earlier = await create('demo', { name: 'earlier', now: 1000 });
  await create('other');
  const shown = ({ apiKey: _once, ...info }: Awaited<ReturnType<typeof create>>) => info;
  expect(await listApiKeys(redis, 'demo')).toEqual([shown(earlier), shown(later)]);
  expect(earlier.prefix).toBe(earlier.apiKey.slice(0, 8));
});

describe('revoking', () => {
  test('a key ends that key at once, and no other', async () => {
    const [kept, revoked] = [await create('demo'), await create('demo')];
    expect(await revokeApiKey(redis, 'demo', revoked.id)).toBe(true);
    expect(await findApiKey(redis, revoked.apiKey)).toBeUndefined();
    expect(await findApiKey(redis, kept.apiKey)).toMatchObject({ id: kept.id });
    expect(await listApiKeys(redis, 'demo')).toHaveLength(1);
    expect(await revokeApiKey(redis, 'demo', revoked.id)).toBe(false);
  });

  test("another app's key is refused", async () => {
    const { apiKey, id } = await create('demo');
    expect(await revokeApiKey(redis, 'other', id)).toBe(false);
    expect(await findApiKey(redis, apiKey)).toMatchObject({ appId: 'demo' });
  });

  test('all keys of an app leaves nothing behind', async () => {
    await create('demo');
    await create('demo');
    await revokeAllKeys(redis, 'demo');
    expect(await everything(redis)).toEqual({});
  });
});
