import { blockUsers, createApp, deleteUser, pageMembers, readUser, upsertUser } from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { candidateStanding, nextCandidates } from '../src/candidates.ts';
import { pendingOf } from '../src/effects.ts';
import { membersSource } from '../src/sources/members.ts';
import { namedSource } from '../src/sources/named.ts';
import { pulledSource } from '../src/sources/pulled.ts';
import { startChatBackend } from './support/chat-backend.ts';
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
const NAMES = ['alice', 'bob', 'carol', 'dave'];

beforeEach(async () => {
  await redis.flushall();
  await createApp(redis, { appId: APP, name: 'Demo', region: 'us', pushEnabled: true, createdAt: 1 });
});

/** The uids of the candidates among these users. */
async function admitted(event = accepted(), source = namedSource(NAMES)) {
  const page = await nextCandidates(deps, event, source, walk, '');
  return page.kind === 'page' ? page.candidates.map(({ uid }) => uid) : page;
}

/** Why each of these users is not a candidate; undefined for one who is. */
async function absences(event = accepted(), source = namedSource(NAMES)) {
  const about = { appId: APP, event: event.event };
  const all = await Promise.all(NAMES.map((uid) => candidateStanding(deps, about, source, uid)));
  return all.map((one) => (one.kind === 'absent' ? one.absence : undefined));
}

describe('excluded, by fan-out and explain alike, is', () => {
  test('the sender', async () => {
    expect(await admitted()).toEqual(['bob', 'carol', 'dave']);
    expect(await absences()).toEqual(['sender', undefined, undefined, undefined]);
  });

  test('a user who was just removed from the group', async () => {
    const kicked = accepted({ type: 'group.member_kicked', members: [{ uid: 'bob' }] });
    expect(await admitted(kicked)).toEqual(['carol', 'dave']);
    expect(await absences(kicked)).toEqual(['sender', 'removed', undefined, undefined]);
  });

  test('a user who is deactivated', async () => {
    await upsertUser(redis, APP, 'bob', { deactivated: true }, 1);
    expect(await admitted()).toEqual(['carol', 'dave']);
    expect(await absences()).toEqual(['sender', 'deactivated', undefined, undefined]);
  });

  test('a user who has blocked the sender, or is blocked by them', async () => {
    await blockUsers(redis, APP, 'bob', ['alice']);
    await blockUsers(redis, APP, 'alice', ['carol']);
    expect(await admitted()).toEqual(['dave']);
    expect(await absences()).toEqual(['sender', 'blocked', 'blocked', undefined]);
  });

  test('a user who was erased', async () => {
    await deleteUser(redis, APP, 'bob');
    expect(await admitted()).toEqual(['carol', 'dave']);
    expect(await absences()).toEqual(['sender', 'erased', undefined, undefined]);
  });
});

test('a user who was only named is a candidate, and gets no record', async () => {
  await using backend = await startChatBackend(() => ({ members: ['zoe'] }));
  const event = accepted();
  const source = pulledSource(event, { url: backend.url, guid: 'hiking' });
  const about = { appId: APP, event: event.event };
  expect(await candidateStanding(deps, about, source, 'zoe')).toMatchObject({ kind: 'candidate', assumed: true });
  expect(await admitted(event, source)).toEqual(['zoe']);
  expect(await readUser(redis, APP, 'zoe')).toBeUndefined();
});

test('a dry run counts the users an event would add to the group, and adds none', async () => {
  const joined = accepted({ type: 'group.member_added', members: [{ uid: 'zoe' }] });
  const pending = await pendingOf(deps, APP, joined.event);
  const source = membersSource(redis, APP, 'hiking', pending.members);
  const about = { appId: APP, event: joined.event };
  expect(await candidateStanding(deps, about, source, 'zoe')).toMatchObject({ kind: 'candidate', assumed: false });
  expect(await pageMembers(redis, APP, 'hiking', '', 10)).toEqual([]);
});
