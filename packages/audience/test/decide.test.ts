import { randomBytes } from 'node:crypto';
import { RepliesOption } from '@fanfare/core';
import {
  AppCache,
  addMembers,
  changeSettings,
  createApp,
  createSecretBox,
  createUser,
  recordGroupSize,
  subscribeToThread,
  writeCustomProvider,
} from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { nextCandidates } from '../src/candidates.ts';
import { chooseSource } from '../src/choose-source.ts';
import { type Deciding, decideAll } from '../src/decide.ts';
import { pendingOf } from '../src/effects.ts';
import { membersSource } from '../src/sources/members.ts';
import { APP, accepted } from './support/events.ts';
import { startWalk, type TestWalk } from './support/walk.ts';

const own = await startTestRedis();
const { redis } = own;
const walk: TestWalk = startWalk({ sliceSize: 100 });
afterAll(async () => {
  await walk[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

const deps = { queueRedis: redis, registry: redis };
const box = createSecretBox(randomBytes(32).toString('base64'));

beforeEach(async () => {
  await redis.flushall();
  await createApp(redis, { appId: APP, name: 'Demo', region: 'us', pushEnabled: true, createdAt: 1 });
  await writeCustomProvider(redis, box, APP, { isEnabled: true, webhookURL: 'https://hooks.example.com' });
  await addMembers(redis, APP, 'hiking', ['alice', 'bob', 'carol'], 1);
});

/** The decisions for bob and carol: `send`, with the unread count if there is one, or the reason not to. */
async function decided(event = accepted(), changes: Partial<Deciding> = {}) {
  const app = await new AppCache(redis, { box, now: Date.now }).get(APP, 1);
  if (!app) throw new Error('there is no app');
  const source = membersSource(redis, APP, 'hiking', new Set());
  const page = await nextCandidates(deps, event, source, walk, '');
  if (page.kind === 'later') throw new Error('a list of ours is always there');
  const unread = async (uids: readonly string[]) => uids.map((_, i) => i + 5);
  const chosen = await chooseSource(deps, event, app);
  const deciding: Deciding = {
    event: event.event,
    app,
    source: chosen,
    moderation: { kind: 'open' },
    now: Date.now(),
    unread,
    ringEnds: async () => new Set(),
  };
  const planned = await decideAll(deps, { ...deciding, ...changes }, page.candidates);
  return planned.map((one) => (one.kind === 'send' ? (one.unread ?? 'send') : one.reason));
}

test('the messages of a group go to its members', async () => {
  expect(await decided()).toEqual(['send', 'send']);
});

test('a group with more members than the app allows is not notified', async () => {
  await changeSettings(redis, APP, { maxGroupSize: 3 });
  expect(await decided()).toEqual(['send', 'send']);
  await changeSettings(redis, APP, { maxGroupSize: 2 });
  expect(await decided()).toEqual(['GROUP_TOO_LARGE', 'GROUP_TOO_LARGE']);
});

test('a group kept by the chat backend has the size of its last walk', async () => {
  await changeSettings(redis, APP, { maxGroupSize: 2, membership: { url: 'https://chat.example.com/members' } });
  expect(await decided()).toEqual(['send', 'send']);
  await recordGroupSize(redis, APP, 'hiking', 3);
  expect(await decided()).toEqual(['GROUP_TOO_LARGE', 'GROUP_TOO_LARGE']);
});

test('an event that names its recipients is sent for any size of group', async () => {
  await changeSettings(redis, APP, { maxGroupSize: 1 });
  expect(await decided(accepted({ recipients: ['bob', 'carol'] }))).toEqual(['send', 'send']);
});

test('a reply goes to the followers of its thread; in a dry run also to those it would make followers', async () => {
  await changeSettings(redis, APP, { preferences: { group: { repliesSetting: RepliesOption.FollowedThreads } } });
  await createUser(redis, APP, 'bob', 1);
  await subscribeToThread(redis, APP, '100', ['bob'], 1);
  const reply = (mentions: string[]) => accepted({ message: { id: '101', text: 'hi', parentId: '100', mentions } });
  expect(await decided(reply([]))).toEqual(['send', 'REPLIES_PREFERENCE']);
  const tried = reply(['carol']);
  expect(await decided(tried, { pending: await pendingOf(deps, APP, tried.event) })).toEqual(['send', 'send']);
});

test('unread counts are included if the app counts, and not read otherwise', async () => {
  const unread = () => Promise.reject(new Error('not asked for'));
  expect(await decided(accepted(), { unread })).toEqual(['send', 'send']);
  await changeSettings(redis, APP, { badge: true });
  expect(await decided()).toEqual([5, 6]);
});

test('a message held back by moderation is suppressed for each member', async () => {
  const moderation = { kind: 'closed', reason: 'MODERATION_PENDING' } as const;
  expect(await decided(accepted(), { moderation })).toEqual(['MODERATION_PENDING', 'MODERATION_PENDING']);
});
