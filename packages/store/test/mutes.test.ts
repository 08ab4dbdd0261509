import { FanfareError, type Mute } from '@fanfare/core';
import { handClock } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { listMutes, muteConversations, readUser, unmuteConversations } from '../src/index.ts';
import { createUsers, everything, interposed, privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();
const clock = handClock(1_741_847_453_000);

const mute = (mutes: Mute[], on = redis, uid = 'bob') => muteConversations(on, 'demo', uid, mutes, clock.now());
const unmute = (mutes: Mute[], on = redis) => unmuteConversations(on, 'demo', 'bob', mutes);
const list = (uid = 'bob') => listMutes(redis, 'demo', uid, clock.now());

const withPerson = (id: string, until: number | null = null): Mute => ({ id, type: 'oneOnOne', until });
const ofGroup = (id: string, until: number | null = null): Mute => ({ id, type: 'group', until });
/** Lasts an hour. */
const later = () => clock.now() + 3_600_000;

describe('a mute', () => {
  test('is listed until it is removed, and creates the user', async () => {
    await mute([withPerson('alice'), ofGroup('hiking', later()), withPerson('hiking', later())]);
    expect(await list()).toEqual([ofGroup('hiking', later()), withPerson('alice'), withPerson('hiking', later())]);
    expect(await readUser(redis, 'demo', 'bob')).toMatchObject({ uid: 'bob', createdAt: clock.now() });
    await unmute([ofGroup('hiking'), withPerson('stranger')]);
    expect(await list()).toEqual([withPerson('alice'), withPerson('hiking', later())]);
  });

  test('of a muted conversation moves its end', async () => {
    await mute([withPerson('alice', later())]);
    await mute([withPerson('alice')]);
    expect(await list()).toEqual([withPerson('alice')]);
  });

  test('belongs to one user of one app', async () => {
    await mute([withPerson('alice')]);
    expect(await list('alice')).toEqual([]);
    expect(await listMutes(redis, 'other', 'bob', clock.now())).toEqual([]);
  });

  test('ends on the millisecond, and is removed when it is next seen', async () => {
    await createUsers(redis, 'demo', ['bob'], clock.now());
    const before = await everything(redis);
    await mute([withPerson('alice', clock.now() + 1000), ofGroup('hiking', clock.now() + 1000)]);
    clock.advance(999);
    expect(await list()).toHaveLength(2);
    clock.advance(1);
    expect(await list()).toEqual([]);
    expect(await everything(redis)).toEqual(before);
  });

  test('that is removed leaves nothing behind', async () => {
    await createUsers(redis, 'demo', ['bob'], clock.now());
    const before = await everything(redis);
    await mute([withPerson('alice'), ofGroup('hiking')]);
    await unmute([withPerson('alice'), ofGroup('hiking')]);
    await unmute([]);
    expect(await everything(redis)).toEqual(before);
  });

  test('that is renewed while the old one is removed stays', async () => {
    await mute([withPerson('alice', clock.now() + 1000)]);
    clock.advance(1000);
    let commands = 0;
    const slow = interposed(redis, async () => {
      if (commands++ === 1) await mute([withPerson('alice')]);
    });
    await listMutes(slow, 'demo', 'bob', clock.now());
    expect(await list()).toEqual([withPerson('alice')]);
  });
});

describe('a user', () => {
  const thousand = uidsOf(1000).map((id) => withPerson(id));

  test('mutes at most a thousand conversations: one more is refused and changes nothing', async () => {
    await mute(thousand);
    const before = await everything(redis);
    await expect(mute([ofGroup('hiking')])).rejects.toThrow(FanfareError);
    await expect(mute([ofGroup('hiking')])).rejects.toThrow(/^conversations: /);
    expect(await everything(redis)).toEqual(before);
    await mute([withPerson('user-0000007', later())]);
    expect(await list()).toHaveLength(1000);
  });

  test('can mute another when one of the thousand has ended', async () => {
    await mute([...thousand.slice(1), ofGroup('climbing', clock.now() + 1000)]);
    clock.advance(1000);
    await mute([ofGroup('hiking')]);
    expect(await list()).toHaveLength(1000);
  });

  test('mutes no more than a thousand from two phones at once', async () => {
    await mute(thousand.slice(0, 999));
    const both = await Promise.allSettled([mute([ofGroup('hiking')]), mute([ofGroup('climbing')])]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await list()).toHaveLength(1000);
  });
});

describe('users who mute a user are recorded, so that erasing finds them,', () => {
  const muters = async (uid: string) => (await everything(redis))[`mutedby:{demo:${uid}}`];

  test.each([0, 1, 2])('when the mute is made while it is removed (%i commands in)', async (step) => {
    await mute([withPerson('alice')]);
    let commands = 0;
    const slow = interposed(redis, async () => {
      if (commands++ === step) await mute([withPerson('alice')]);
    });
    await unmute([withPerson('alice')], slow);
    const muted = (await list()).length > 0;
    expect(muted).toBe(step > 0);
    expect((await muters('alice')) !== undefined).toBe(muted);
  });

  test.each([1, 2, 3, 4])('when it is removed while it is made (%i commands in)', async (step) => {
    let commands = 0;
    const slow = interposed(redis, async () => {
      if (commands++ === step) await unmute([withPerson('alice')]);
    });
    await mute([withPerson('alice')], slow);
    if ((await list()).length > 0) expect(await muters('alice')).toBe('["bob"]');
  });
});
