import { conversationId, newEventKey } from '@fanfare/core';
import { recordMessages } from '@fanfare/ledger';
import {
  blockUsers,
  countUnread,
  createUser,
  followersAmong,
  listBlocked,
  pageMembers,
  readUnread,
  unsubscribeFromThread,
} from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { applyEvent } from '../src/apply-event.ts';
import { accept, aGroupAction, aGroupMessage } from './support/events.ts';
import { APP, type Fanout, HOUR, seedApp, startFanout } from './support/fanout.ts';

const own = await startTestRedis();
const { redis } = own;
const fanout: Fanout = startFanout(redis);
afterAll(async () => {
  await fanout[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await redis.flushall();
  await seedApp(redis, ['bob']);
});

/** Applies an event of alice's. */
async function apply(event: object, pulled = false) {
  const { accepted } = await accept(redis, event);
  await applyEvent(fanout, accepted, pulled);
  return accepted;
}

const members = () => pageMembers(redis, APP, 'hiking', '', 100);

describe('the members of a group', () => {
  test.each([
    ['group.member_joined', 'zoe', ['bob', 'zoe']],
    ['group.member_added', 'zoe', ['bob', 'zoe']],
    ['group.member_left', 'bob', []],
    ['group.member_kicked', 'bob', []],
    ['group.member_banned', 'bob', []],
    ['group.member_unbanned', 'zoe', ['bob']],
    ['group.member_scope_changed', 'bob', ['bob']],
  ] as const)('after %s', async (type, uid, after) => {
    await apply(aGroupAction(type, uid));
    expect(await members()).toEqual(after);
  });

  test('stay unchanged if the chat backend keeps the list', async () => {
    await apply(aGroupAction('group.member_joined', 'zoe'), true);
    await apply(aGroupAction('group.member_left', 'bob'), true);
    expect(await members()).toEqual(['bob']);
  });

  test.each([false, true])(
    'lose their unread count of the group when they leave it (list pulled: %s)',
    async (pulled) => {
      await countUnread(redis, APP, { conversationId: 'group_hiking', eventKey: 'e1' }, ['bob', 'carol']);
      await apply(aGroupAction('group.member_kicked', 'bob'), pulled);
      expect(await readUnread(redis, APP, 'bob')).toBe(0);
      expect(await readUnread(redis, APP, 'carol')).toBe(1);
    },
  );
});

describe('blocks', () => {
  const block = (type: 'user.blocked' | 'user.unblocked', ...uids: string[]) =>
    apply({ type, members: uids.map((uid) => ({ uid })) });

  test('are added and removed', async () => {
    await block('user.blocked', 'bob', 'carol');
    await block('user.unblocked', 'bob');
    expect(await listBlocked(redis, APP, 'alice')).toEqual(['carol']);
  });

  test('beyond the limit are dropped without an error, since the event was accepted long ago', async () => {
    const most = Array.from({ length: 10_000 }, (_, i) => `blocked-${i}`);
    await blockUsers(redis, APP, 'alice', most);
    await block('user.blocked', 'bob');
    expect(await listBlocked(redis, APP, 'alice')).not.toContain('bob');
  });
});

describe('a read mark', () => {
  const TO_BOB = { conversation: { type: 'user', id: 'bob' } };
  const chat = conversationId('alice', TO_BOB.conversation as { type: 'user'; id: string });

  test('clears the unread count of its conversation only', async () => {
    await countUnread(redis, APP, { conversationId: chat, eventKey: 'e1' }, ['alice']);
    await countUnread(redis, APP, { conversationId: 'group_hiking', eventKey: 'e2' }, ['alice']);
    await apply({ type: 'message.read', ...TO_BOB, message: { id: '101' } });
    expect(await readUnread(redis, APP, 'alice')).toBe(1);
  });

  test('keeps a message planned later from being counted', async () => {
    const ref = { key: newEventKey(Date.now(), () => 0.5), shard: 0 };
    const message = { messageId: '101', author: 'bob', conversation: { type: 'user', id: 'alice' } as const, ref };
    await recordMessages(redis, APP, [message], HOUR);
    await apply({ type: 'message.read', ...TO_BOB, message: { id: '101' } });
    await countUnread(redis, APP, { conversationId: chat, eventKey: ref.key }, ['alice']);
    expect(await readUnread(redis, APP, 'alice')).toBe(0);
  });
});

describe('a reply in a thread', () => {
  const REPLY = aGroupMessage({ message: { id: '102', text: 'hi', parentId: '101', mentions: ['carol'] } });
  const PEOPLE = ['alice', 'bob', 'carol', 'dave'];
  const followers = async () => [...(await followersAmong(redis, APP, '101', PEOPLE))];

  beforeEach(async () => {
    await Promise.all(PEOPLE.map((uid) => createUser(redis, APP, uid, 1)));
    const conversation = { type: 'group', id: 'hiking' } as const;
    const ref = { key: newEventKey(Date.now(), () => 0.5), shard: 0 };
    await recordMessages(redis, APP, [{ messageId: '101', author: 'bob', conversation, ref }], HOUR);
  });

  test('makes its sender, the users it mentions and the author of the first message follow it', async () => {
    await apply(REPLY);
    expect(await followers()).toEqual(['alice', 'bob', 'carol']);
  });

  test('does not make an author who has left the thread follow it', async () => {
    await unsubscribeFromThread(redis, APP, '101', 'bob', fanout.now());
    await apply(REPLY);
    expect(await followers()).toEqual(['alice', 'carol']);
  });
});

test('an event that changes nothing leaves the registry alone', async () => {
  const before = await redis.dbsize();
  const { event } = await apply({ ...aGroupMessage(), type: 'message.edited' });
  expect(event.type).toBe('message.edited');
  expect(await members()).toEqual(['bob']);
  // What is new is the event itself: its record, its id and that day on a list, its place on three lists of open
  // events, what its app has open, that it is admitted, by event and by app, its rank, and its place in the index of
  // its app's events: a chunk, and the list of chunks.
  expect((await redis.dbsize()) - before).toBe(12);
});
