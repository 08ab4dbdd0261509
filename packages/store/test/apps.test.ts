import { DEFAULT_SETTINGS } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import {
  addMembers,
  blockUsers,
  changeApp,
  changeSettings,
  countMembers,
  countUnread,
  createApiKey,
  createApp,
  createSecretBox,
  deleteApp,
  disableCustomProvider,
  findApiKey,
  findAppId,
  listApps,
  muteConversations,
  type NewApp,
  readApp,
  recordGroupSize,
  subscribeToThread,
  upsertGroup,
  upsertUser,
  writeCustomProvider,
} from '../src/index.ts';
import { createUsers, everything, privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();
const box = createSecretBox(Buffer.alloc(32, 1).toString('base64'));

const app = (appId: string): NewApp => ({
  appId,
  name: `The ${appId}`,
  region: 'us',
  pushEnabled: true,
  createdAt: 1_741_847_453_000,
});

/** The app as it is read back, after some changes. */
const stored = (changes: number) => ({
  ...app('demo'),
  settings: DEFAULT_SETTINGS,
  quotas: {},
  version: app('demo').createdAt + changes,
});

describe('creating an app', () => {
  test('makes it readable, at a version that starts with its time', async () => {
    expect(await createApp(redis, app('demo'))).toBe(true);
    expect(await readApp(redis, 'demo')).toEqual(stored(0));
    expect(await readApp(redis, 'other')).toBeUndefined();
  });

  test('a second time is refused and changes nothing', async () => {
    await createApp(redis, app('demo'));
    const before = await everything(redis);
    expect(await createApp(redis, { ...app('demo'), name: 'Another', region: 'eu' })).toBe(false);
    expect(await everything(redis)).toEqual(before);
  });

  test('twice at once creates it once', async () => {
    const made = await Promise.all([createApp(redis, app('demo')), createApp(redis, app('demo'))]);
    expect(made.filter(Boolean)).toHaveLength(1);
  });

  test('adds it to the sorted list of apps', async () => {
    for (const appId of ['demo-2', 'zebra', 'demo', 'Alpha']) await createApp(redis, app(appId));
    expect((await listApps(redis)).map(({ appId }) => appId)).toEqual(['Alpha', 'demo', 'demo-2', 'zebra']);
  });

  test('keeps pages of the list full, even where listed ids have no app', async () => {
    for (const appId of ['a', 'b', 'c', 'd']) await createApp(redis, app(appId));
    await redis.sadd('apps', 'a-ghost', 'b-ghost');
    const page = async (after: string, limit: number) =>
      (await listApps(redis, { after, limit })).map(({ appId }) => appId);
    expect(await page('', 3)).toEqual(['a', 'b', 'c']);
    expect(await page('c', 3)).toEqual(['d']);
    expect(await page('d', 3)).toEqual([]);
  });

  test('either lists the app or can be retried', async () => {
    await redis.set('apps', 'in the way');
    await expect(createApp(redis, app('demo'))).rejects.toThrow('WRONGTYPE');
    await redis.del('apps');
    expect(await createApp(redis, app('demo'))).toBe(true);
    expect(await listApps(redis)).toHaveLength(1);
  });
});

describe('an internal id', () => {
  test('is found by the public id only', async () => {
    await createApp(redis, app('demo~1'));
    expect(await findAppId(redis, 'demo')).toBe('demo~1');
    expect(await findAppId(redis, 'demo~1')).toBeUndefined();
    expect(await readApp(redis, 'demo')).toBeUndefined();
    expect((await listApps(redis)).map(({ appId }) => appId)).toEqual(['demo~1']);
  });

  test('goes to one of two apps that are created at once', async () => {
    const made = await Promise.all([createApp(redis, app('demo~1')), createApp(redis, app('demo~2'))]);
    expect(made.filter(Boolean)).toHaveLength(1);
    const appId = (await findAppId(redis, 'demo')) as string;
    expect(await redis.keys('app:*')).toEqual([`app:{${appId}}`]);
  });

  test('of an app older than internal ids is the public one, which stays taken until it is deleted', async () => {
    await redis.hset('app:{demo}', { name: 'Old', region: 'us', pushEnabled: '1', createdAt: '1', v: '1' });
    await redis.sadd('apps', 'demo');
    expect(await findAppId(redis, 'demo')).toBe('demo');
    expect(await createApp(redis, app('demo~1'))).toBe(false);
    await createApp(redis, app('beta~1'));
    expect((await listApps(redis)).map(({ appId }) => appId)).toEqual(['beta~1', 'demo']);
    expect(await deleteApp(redis, 'demo')).toBe(true);
    expect(await createApp(redis, app('demo~1'))).toBe(true);
    expect(await findAppId(redis, 'demo')).toBe('demo~1');
  });

  test('is released last, so that an interrupted deletion can be repeated', async () => {
    await createApp(redis, app('demo~1'));
    await createUsers(redis, 'demo~1', ['alice'], 1);
    await redis.unlink('app:{demo~1}');
    expect(await deleteApp(redis, (await findAppId(redis, 'demo')) as string)).toBe(true);
    expect(await everything(redis)).toEqual({});
  });

  test('of a deleted app releases nothing of the next one', async () => {
    await createApp(redis, app('demo~1'));
    await deleteApp(redis, 'demo~1');
    await createApp(redis, app('demo~2'));
    expect(await deleteApp(redis, 'demo~1')).toBe(false);
    expect(await findAppId(redis, 'demo')).toBe('demo~2');
  });
});

describe('changing an app', () => {
  test('changes the given fields, keeps the rest and raises the version', async () => {
    await createApp(redis, app('demo'));
    expect(await changeApp(redis, 'demo', { pushEnabled: false, name: undefined })).toBe(true);
    expect(await readApp(redis, 'demo')).toEqual({ ...stored(1), pushEnabled: false });
    const changed = { name: 'Demo', region: 'eu' };
    await changeApp(redis, 'demo', changed);
    expect(await readApp(redis, 'demo')).toEqual({ ...stored(2), ...changed, pushEnabled: false });
  });

  test('merges its quotas, also when changed concurrently, and restores the default', async () => {
    await createApp(redis, app('demo'));
    await changeApp(redis, 'demo', { quotas: { users: 10, groups: 5 } });
    await Promise.all([
      changeApp(redis, 'demo', { quotas: { users: null } }),
      changeApp(redis, 'demo', { quotas: { openEvents: 7 } }),
    ]);
    expect(await readApp(redis, 'demo')).toEqual({ ...stored(3), quotas: { groups: 5, openEvents: 7 } });
    expect((await readApp(redis, 'demo'))?.quotas).toEqual({ groups: 5, openEvents: 7 });
  });

  test('that does not exist creates none', async () => {
    expect(await changeApp(redis, 'demo', { name: 'Demo' })).toBe(false);
    expect(await everything(redis)).toEqual({});
  });
});

describe('deleting an app', () => {
  async function fill(appId: string): Promise<{ apiKey: string }> {
    await createApp(redis, app(appId));
    await writeCustomProvider(redis, box, appId, { isEnabled: true, webhookURL: 'https://example.com' });
    await upsertUser(redis, appId, 'alice', { name: 'Alice' }, 1);
    await blockUsers(redis, appId, 'alice', ['bob']);
    await changeSettings(redis, appId, { badge: true });
    await muteConversations(redis, appId, 'alice', [{ id: 'bob', type: 'oneOnOne', until: null }], 1);
    await subscribeToThread(redis, appId, '101', ['alice'], 1);
    await countUnread(redis, appId, { conversationId: 'alice_user_bob', eventKey: 'e1' }, ['alice']);
    await recordGroupSize(redis, appId, 'pulled', 7);
    await upsertGroup(redis, appId, 'hiking', { name: 'Hiking' }, 1);
    await addMembers(redis, appId, 'hiking', ['alice', 'bob'], 1);
    await createApiKey(redis, appId, { name: 'backend', scopes: ['manage'], now: 1 });
    return createApiKey(redis, appId, { name: 'second', scopes: ['publish'], now: 2 });
  }

  test('removes all of its data, and nothing of other apps, whatever their names', async () => {
    const others = ['dem', 'demo-2', 'demo_', 'Demo'];
    for (const appId of others) await fill(appId);
    const before = await everything(redis);
    await fill('demo');
    await createUsers(redis, 'demo', uidsOf(3000), 1);
    expect(await deleteApp(redis, 'demo')).toBe(true);
    expect(await everything(redis)).toEqual(before);
    expect((await listApps(redis)).map(({ appId }) => appId)).toEqual([...others].sort());
  });

  test('ends its API keys, and those of no other app', async () => {
    const [mine, other] = [await fill('demo'), await fill('other')];
    await deleteApp(redis, 'demo');
    expect(await findApiKey(redis, mine.apiKey)).toBeUndefined();
    expect(await findApiKey(redis, other.apiKey)).toMatchObject({ appId: 'other' });
  });

  test('that does not exist returns false', async () => {
    expect(await deleteApp(redis, 'demo')).toBe(false);
  });

  test('is final: late writes do not bring it back', async () => {
    await fill('demo');
    await deleteApp(redis, 'demo');
    await disableCustomProvider(redis, 'demo', 'https://example.com/push', { reason: 'gone', at: 1 });
    await changeApp(redis, 'demo', { name: 'Demo' });
    expect(await readApp(redis, 'demo')).toBeUndefined();
    expect(await everything(redis)).toEqual({});
  });

  test('releases its id for an app that starts empty', async () => {
    await fill('demo');
    await deleteApp(redis, 'demo');
    expect(await createApp(redis, app('demo'))).toBe(true);
    expect(await countMembers(redis, 'demo', 'hiking')).toBe(0);
  });
});
