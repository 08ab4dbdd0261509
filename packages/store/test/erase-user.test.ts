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
  registerDevice,
  subscribeToThread,
  touchUsers,
  unsubscribeFromThread,
  upsertUser,
} from '../src/index.ts';
import { everything, interposed, privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();

const NOW = 1_741_847_453_000;
const muteFor = (id: string, type: 'oneOnOne' | 'group') => [{ id, type, until: null }];

/** Others, who share names and conversations with whom is erased. */
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

/** All that can be known of a person, and all that others can do with them. */
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

/** Without those of the namesake in another app. */
const ofApp = async () => Object.entries(await everything(redis)).filter(([key]) => !key.includes('{other'));

describe('erasing a person', () => {
  test('leaves their uid in no key and no value, and everything of the others', async () => {
    const before = await everything(redis);
    await victimLives();
    expect(JSON.stringify(await ofApp())).toContain('victim');
    expect(await deleteUser(redis, 'demo', 'victim')).toBe(true);
    expect(JSON.stringify(await ofApp())).not.toContain('victim');
    expect(await everything(redis)).toEqual(before);
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

  test('who is unknown says so, and clears away what others did with them', async () => {
    const before = await everything(redis);
    await muteConversations(redis, 'demo', 'carol', muteFor('ghost', 'oneOnOne'), NOW);
    expect(await deleteUser(redis, 'demo', 'ghost')).toBe(false);
    expect(await everything(redis)).toEqual(before);
    expect(await listMutes(redis, 'demo', 'carol', NOW)).toHaveLength(2);
  });

  test('takes them out of thousands of groups and threads', async () => {
    const pipeline = redis.pipeline();
    for (const guid of uidsOf(2500, 'group')) {
      pipeline.sadd('groups:{demo}', guid).zadd(`members:{demo:${guid}}`, 0, 'victim', 0, 'carol');
    }
    await pipeline.exec();
    await touchUsers(redis, 'demo', ['victim', 'carol'], NOW);
    for (const id of uidsOf(1200, 'message')) await subscribeToThread(redis, 'demo', id, ['victim', 'carol'], NOW);
    await deleteUser(redis, 'demo', 'victim');
    expect(JSON.stringify(await ofApp())).not.toContain('victim');
    expect(await followersAmong(redis, 'demo', 'message-0001199', ['carol'])).toEqual(new Set(['carol']));
    expect(await redis.zcard('members:{demo:group-0002499}')).toBe(1);
  });
});
