import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  addMembers,
  blockUsers,
  changePreferences,
  countUnread,
  createSession,
  deleteUser,
  followersAmong,
  listMutes,
  muteConversations,
  readRecipients,
  readUser,
  recordPresence,
  registerDevice,
  subscribeToThread,
  unsubscribeFromThread,
  upsertUser,
} from '../src/index.ts';
import { createUsers, everything, interposed, privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();

const NOW = 1_741_847_453_000;
const muteFor = (id: string, type: 'oneOnOne' | 'group') => [{ id, type, until: null }];

/** Other users, who share names and conversations with the erased one. */
async function othersLive(): Promise<void> {
  for (const [appId, uid] of [
    ['demo', 'carol'],
    ['other', 'victim'],
  ] as const) {
    await upsertUser(redis, appId, uid, { name: 'Carol', avatar: 'https://example.com/c.png' }, NOW);
    await addMembers(redis, appId, 'hiking', [uid], NOW);
    await addMembers(redis, appId, 'chess', [uid], NOW);
    await blockUsers(redis, appId, uid, ['dave']);
    await muteConversations(redis, appId, uid, [...muteFor('dave', 'oneOnOne'), ...muteFor('hiking', 'group')], NOW);
    await subscribeToThread(redis, appId, '101', [uid], NOW);
    await registerDevice(redis, appId, uid, { token: 'theirs', platform: 'fcm_web', providerId: 'default' }, NOW);
    await countUnread(redis, appId, { conversationId: 'group_hiking', eventKey: 'e1' }, [uid]);
  }
}

/** Everything a user can have, and everything others can do with them. */
async function victimLives(): Promise<void> {
  await upsertUser(redis, 'demo', 'victim', { name: 'V', timezone: 'Asia/Tokyo' }, NOW);
  const { session } = await createSession(redis, 'demo', 'victim', NOW);
  const phone = { token: 'token-1', platform: 'fcm_android' as const, providerId: 'default' };
  await registerDevice(redis, 'demo', 'victim', { ...phone, session }, NOW);
  await registerDevice(redis, 'demo', 'victim', { ...phone, token: 'token-2' }, NOW);
  await changePreferences(redis, 'demo', 'victim', { usePrivacyTemplate: true }, NOW);
  await addMembers(redis, 'demo', 'hiking', ['victim'], NOW);
  await addMembers(redis, 'demo', 'chess', ['victim'], NOW);
  await blockUsers(redis, 'demo', 'victim', ['carol']);
  await blockUsers(redis, 'demo', 'carol', ['victim']);
  await muteConversations(
    redis,
    'demo',
    'victim',
    [...muteFor('carol', 'oneOnOne'), ...muteFor('chess', 'group')],
    NOW,
  );
  await muteConversations(redis, 'demo', 'carol', muteFor('victim', 'oneOnOne'), NOW);
  await subscribeToThread(redis, 'demo', '101', ['victim'], NOW);
  await subscribeToThread(redis, 'demo', '102', ['victim'], NOW);
  await unsubscribeFromThread(redis, 'demo', '102', 'victim', NOW);
  await unsubscribeFromThread(redis, 'demo', '103', 'victim', NOW);
  await countUnread(redis, 'demo', { conversationId: 'carol_user_victim', eventKey: 'e1' }, ['victim', 'carol']);
}

beforeEach(async () => {
  await othersLive();
  await countUnread(redis, 'demo', { conversationId: 'carol_user_victim', eventKey: 'e1' }, ['carol']);
});

const TOMBSTONE = 'user:{demo:victim}';

/** Without the keys of the namesake in another app, and without the tombstone. */
const ofApp = async () =>
  Object.entries(await everything(redis)).filter(([key]) => !key.includes('{other') && key !== TOMBSTONE);

/** Everything stored except the tombstone. */
async function withoutTombstone(uid = 'victim'): Promise<Record<string, string>> {
  const { [`user:{demo:${uid}}`]: tombstone, ...rest } = await everything(redis);
  expect(tombstone).toBe('{"erased":"1"}');
  return rest;
}

describe('erasing a user', () => {
  test('leaves nothing but a tombstone with their uid, and keeps everything of the others', async () => {
    const before = await everything(redis);
    await victimLives();
    expect(JSON.stringify(await ofApp())).toContain('victim');
    expect(await deleteUser(redis, 'demo', 'victim')).toBe(true);
    expect(JSON.stringify(await ofApp())).not.toContain('victim');
    expect(await withoutTombstone()).toEqual(before);
  });

  test('ends the tombstone with the ledger’s retention, or when they are created again', async () => {
    await victimLives();
    await deleteUser(redis, 'demo', 'victim');
    expect(await redis.ttl(TOMBSTONE)).toBe(8 * 24 * 3600);
    expect(await readUser(redis, 'demo', 'victim')).toBeUndefined();
    await recordPresence(redis, 'demo', 'victim', { status: 'online', at: NOW }, NOW);
    expect(await withoutTombstone()).toBeDefined();
    await upsertUser(redis, 'demo', 'victim', { name: 'V2' }, NOW + 1);
    expect(await everything(redis)).toMatchObject({
      [TOMBSTONE]: JSON.stringify({ createdAt: String(NOW + 1), 0: '', name: 'V2' }),
    });
    expect(await redis.ttl(TOMBSTONE)).toBe(-1);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['a session', () => createSession(redis, 'demo', 'victim', NOW)],
    [
      'a device',
      () => registerDevice(redis, 'demo', 'victim', { token: 't', platform: 'fcm_web', providerId: 'd' }, NOW),
    ],
    ['a preference', () => changePreferences(redis, 'demo', 'victim', { usePrivacyTemplate: true }, NOW)],
    ['a mute', () => muteConversations(redis, 'demo', 'victim', muteFor('carol', 'oneOnOne'), NOW)],
  ])('%s lifts the tombstone for good', async (_what, act) => {
    await deleteUser(redis, 'demo', 'victim');
    await act();
    expect(await readUser(redis, 'demo', 'victim')).toMatchObject({ createdAt: NOW });
    expect(await redis.ttl(TOMBSTONE)).toBe(-1);
    expect(await readRecipients(redis, 'demo', ['victim'])).toMatchObject([{ erased: false, hasRecord: true }]);
  });

  test('of a member who was only named returns true', async () => {
    await addMembers(redis, 'demo', 'hiking', ['victim'], NOW);
    expect(await deleteUser(redis, 'demo', 'victim')).toBe(true);
    expect(JSON.stringify(await ofApp())).not.toContain('victim');
  });

  test('can be repeated after a crash at any of its steps, and finishes then', async () => {
    let crashes = 0;
    for (let step = 0; crashes === step; step++) {
      await redis.flushall();
      await victimLives();
      let commands = 0;
      const crashing = interposed(redis, async () => {
        if (commands++ === step) throw new Error('crash');
      });
      await deleteUser(crashing, 'demo', 'victim').catch(() => crashes++);
      await deleteUser(redis, 'demo', 'victim');
      expect(JSON.stringify(await ofApp())).not.toContain('victim');
    }
    expect(crashes).toBeGreaterThan(10);
  });

  test('that is unknown returns false, and removes what others did with them', async () => {
    const before = await everything(redis);
    await muteConversations(redis, 'demo', 'carol', muteFor('ghost', 'oneOnOne'), NOW);
    expect(await deleteUser(redis, 'demo', 'ghost')).toBe(false);
    expect(await withoutTombstone('ghost')).toEqual(before);
    expect(await listMutes(redis, 'demo', 'carol', NOW)).toHaveLength(2);
  });

  test('removes them from thousands of groups and threads', async () => {
    const pipeline = redis.pipeline();
    for (const guid of uidsOf(2500, 'group')) {
      pipeline.sadd('groups:{demo}', guid).zadd(`members:{demo:${guid}}`, 0, 'victim', 0, 'carol');
    }
    await pipeline.exec();
    await createUsers(redis, 'demo', ['victim', 'carol'], NOW);
    for (const id of uidsOf(1200, 'message')) await subscribeToThread(redis, 'demo', id, ['victim', 'carol'], NOW);
    await deleteUser(redis, 'demo', 'victim');
    expect(JSON.stringify(await ofApp())).not.toContain('victim');
    expect(await followersAmong(redis, 'demo', 'message-0001199', ['carol'])).toEqual(new Set(['carol']));
    expect(await redis.zcard('members:{demo:group-0002499}')).toBe(1);
  });
});
