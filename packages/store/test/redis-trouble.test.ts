import { redisTrouble } from '@fanfare/redis';
import { until } from '@fanfare/testkit';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  addMembers,
  blockUsers,
  changeApp,
  changePreferences,
  changeSettings,
  countUnread,
  createApiKey,
  createApp,
  createSecretBox,
  muteConversations,
  readApp,
  readUser,
  replaceMembers,
  subscribeToThread,
  upsertGroup,
  upsertUser,
  writeCustomProvider,
  writePushProvider,
} from '../src/index.ts';
import { createUsers, everything, privateRedis, stream, uidsOf } from './private-redis.ts';

const { redis, url } = await privateRedis({ oneServer: 'a node of a cluster refuses REPLICAOF' });

const box = createSecretBox(Buffer.alloc(32, 7).toString('base64'));
const DEMO = { appId: 'demo', name: 'Demo', region: 'us', pushEnabled: true, createdAt: 1 };

/** Every write of the registry, on an existing user, group or app. */
const WRITES: [what: string, write: () => Promise<unknown>][] = [
  ['an app', () => createApp(redis, { ...DEMO, appId: 'second' })],
  ['a change of an app', () => changeApp(redis, 'demo', { name: 'Other' })],
  ['a provider', () => writeCustomProvider(redis, box, 'demo', { isEnabled: true, webhookURL: 'https://example.com' })],
  ['a credential', () => writePushProvider(redis, box, 'demo', 'fcm', { credential: { id: 'a' } as never, shown: {} })],
  ['an API key', () => createApiKey(redis, 'demo', { name: 'second', scopes: ['manage'], now: 2 })],
  ['a user', () => upsertUser(redis, 'demo', 'bob', { name: 'Robert' }, 2)],
  ['preferences', () => changePreferences(redis, 'demo', 'bob', { usePrivacyTemplate: true }, 2)],
  ['a mute', () => muteConversations(redis, 'demo', 'bob', [{ id: 'carol', type: 'oneOnOne', until: null }], 2)],
  ['a follower', () => subscribeToThread(redis, 'demo', '101', ['bob'], 2)],
  ['an unread message', () => countUnread(redis, 'demo', { conversationId: 'c', eventKey: 'e' }, ['bob'])],
  ['settings', () => changeSettings(redis, 'demo', { badge: true })],
  ['users', () => createUsers(redis, 'demo', ['carol'], 2)],
  ['a block', () => blockUsers(redis, 'demo', 'bob', ['carol'])],
  ['a group', () => upsertGroup(redis, 'demo', 'hiking', { name: 'Walking' }, 2)],
  ['members', () => addMembers(redis, 'demo', 'hiking', ['carol'], 2)],
  ['a new list of members', () => replaceMembers(redis, 'demo', 'hiking', stream(uidsOf(1500)))],
];

beforeEach(async () => {
  await createApp(redis, DEMO);
  await upsertUser(redis, 'demo', 'bob', { name: 'Bob' }, 1);
  await upsertGroup(redis, 'demo', 'hiking', { name: 'Hiking' }, 1);
  await addMembers(redis, 'demo', 'hiking', ['bob'], 1);
});

/** The kind of trouble an action ran into, under settings that are undone afterwards. */
async function troubleWith(action: () => Promise<unknown>, begin: () => Promise<unknown>, end: () => Promise<unknown>) {
  await begin();
  try {
    return await action().then(
      () => 'none',
      (error) => redisTrouble(error) ?? error,
    );
  } finally {
    await end();
  }
}

const setting = (name: string, during: string | number, after: string | number) =>
  [() => redis.config('SET', name, during), () => redis.config('SET', name, after)] as const;

describe('a full server', () => {
  const full = setting('maxmemory', '1mb', 0);

  beforeAll(() => redis.config('SET', 'maxmemory-policy', 'noeviction'));

  test.each(WRITES)('refuses %s, is recognized as full, and keeps its data', async (_, write) => {
    const before = await everything(redis);
    expect(await troubleWith(write, ...full)).toBe('full');
    expect(await everything(redis)).toEqual(before);
  });

  test('still answers reads', async () => {
    expect(await troubleWith(() => readUser(redis, 'demo', 'bob'), ...full)).toBe('none');
  });
});

describe('a server that may not write', () => {
  const replica = [() => redis.replicaof('127.0.0.1', 1), () => redis.replicaof('NO', 'ONE')] as const;
  const lonely = setting('min-replicas-to-write', 1, 0);

  test.each(WRITES)('because it is a replica refuses %s, and is recognized as away', async (_, write) => {
    expect(await troubleWith(write, ...replica)).toBe('away');
  });

  test.each(WRITES)('because its replicas are missing refuses %s, and is recognized as away', async (_, write) => {
    expect(await troubleWith(write, ...lonely)).toBe('away');
  });

  test('and whose data may be stale, refuses reads, and is recognized as away', async () => {
    const [stale, fresh] = setting('replica-serve-stale-data', 'no', 'yes');
    const begin = async () => [await stale(), await replica[0]()];
    const end = async () => [await replica[1](), await fresh()];
    expect(await troubleWith(() => readApp(redis, 'demo'), begin, end)).toBe('away');
  });
});

test('a server that is busy with a script is recognized as away', async () => {
  await redis.config('SET', 'busy-reply-threshold', 1);
  const other = new Redis(url);
  const endless = other.eval('while true do end', 0).catch((error: Error) => error);
  const refusal = () =>
    readApp(redis, 'demo').then(
      () => undefined,
      (error: Error) => error,
    );
  const busy = await until(refusal, 'the server refuses');
  await redis.script('KILL');
  expect(await endless).toBeInstanceOf(Error);
  other.disconnect();
  expect(busy.message).toMatch(/^BUSY/);
  expect(redisTrouble(busy)).toBe('away');
});

describe('no trouble of the server', () => {
  test.each([
    ['a value of another type', () => redis.incr('{apps}:ids')],
    ['a mistake in a script', () => redis.eval('return nonsense()', 0)],
    ['an unknown command', () => redis.call('NONSENSE')],
    ['a mistake in a transaction', () => redis.multi().call('NONSENSE').exec()],
    ['a bug of ours', async () => JSON.parse('{')],
  ])('is %s', async (_, action) => {
    const error = await Promise.resolve(action()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(redisTrouble(error)).toBeUndefined();
  });

  test.each([undefined, null, 'OOM', { message: 'OOM' }])('is %j, which is no error', (thrown) => {
    expect(redisTrouble(thrown)).toBeUndefined();
  });
});
