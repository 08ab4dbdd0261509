import type { Event } from '@fanfare/core';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { withDedupSuffix } from '../../src/cometchat/webhook-dedup.ts';
import { NOW, privateDeps } from '../support/private-deps.ts';

const deps = await privateDeps();

/** Something done to bob in a group, or by a block, whose id is its words. */
const deed = (type: string, { of = ['bob'], group = 'hiking', by = 'alice' } = {}): Event =>
  ({
    id: `cc:${type}:${of.join()}`,
    type,
    sentAt: NOW,
    sender: { uid: by },
    conversation: type.startsWith('user.') ? undefined : { type: 'group', id: group },
    members: of.map((uid) => ({ uid })),
  }) as unknown as Event;

/** The id of an event that arrives now. */
const received = async (event: Event): Promise<string> => {
  deps.clock.advance(1);
  return (await withDedupSuffix(deps, 'demo', event)).id;
};

let joined = '';
beforeEach(async () => {
  joined = await received(deed('group.member_joined'));
});

test('the same words again are the same event', async () => {
  deps.clock.advance(30_000);
  expect(await received(deed('group.member_joined'))).toBe(joined);
});

describe('the same words are a new event', () => {
  test('when it was undone in between', async () => {
    await received(deed('group.member_left'));
    expect(await received(deed('group.member_joined'))).not.toBe(joined);
  });

  test('when the minute is over', async () => {
    const [key = ''] = (await deps.redis.keys('*')).filter((name) => name.includes('bob'));
    expect(await deps.redis.pttl(key)).toBeLessThanOrEqual(60_000);
    await deps.redis.del(key);
    expect(await received(deed('group.member_joined'))).not.toBe(joined);
  });

  test('when they concern more users, one of whom is new', async () => {
    const both = await received(deed('group.member_joined', { of: ['bob', 'carol'] }));
    expect(await received(deed('group.member_joined', { of: ['bob', 'carol'] }))).toBe(both);
    await received(deed('group.member_left', { of: ['carol'] }));
    expect(await received(deed('group.member_joined', { of: ['bob', 'carol'] }))).not.toBe(both);
  });
});

test('what is done in another group, or to another, or to their scope, undoes nothing', async () => {
  await received(deed('group.member_left', { group: 'cooking' }));
  await received(deed('group.member_left', { of: ['carol'] }));
  await received(deed('group.member_scope_changed'));
  expect(await received(deed('group.member_joined'))).toBe(joined);
});

test('an event with an id of its own keeps it', async () => {
  const message = { id: 'm-1', type: 'message.sent' } as unknown as Event;
  expect(await received(message)).toBe('m-1');
});
