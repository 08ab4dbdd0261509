import type { UserPreferences } from '@fanfare/core';
import { expect, test } from '@jest/globals';
import { changePreferences, readPreferences, readUser, resetPreferences, upsertUser } from '../src/index.ts';
import { everything, interposed, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();

const change = (patch: UserPreferences, on = redis) => changePreferences(on, 'demo', 'bob', patch, 1000);
const read = () => readPreferences(redis, 'demo', 'bob');

test('a user who has set nothing has no preferences, known or not', async () => {
  expect(await read()).toEqual({});
  await upsertUser(redis, 'demo', 'bob', { name: 'Bob' }, 1);
  expect(await read()).toEqual({});
});

test('a change creates the user and keeps what it does not name', async () => {
  await change({ groupPreferences: { groupMessages: 3 }, mutePreferences: { dnd: 2 } });
  const after = await change({ groupPreferences: { groupReplies: 1 }, usePrivacyTemplate: true });
  expect(after).toEqual({
    groupPreferences: { groupMessages: 3, groupReplies: 1 },
    mutePreferences: { dnd: 2 },
    usePrivacyTemplate: true,
  });
  expect(await read()).toEqual(after);
  expect(await readUser(redis, 'demo', 'bob')).toMatchObject({ uid: 'bob', createdAt: 1000 });
});

test('concurrent changes all count', async () => {
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
  const patches = days.map((day) => ({ mutePreferences: { schedule: { [day]: { dnd: true } } } }) as UserPreferences);
  await Promise.all(patches.map((patch) => change(patch)));
  expect(new Set(Object.keys((await read()).mutePreferences?.schedule ?? {}))).toEqual(new Set(days));
});

test('a change that loses a race is merged over the other', async () => {
  let commands = 0;
  const racing = interposed(redis, async () => {
    if (commands++ === 1) await change({ usePrivacyTemplate: true });
  });
  expect(await change({ mutePreferences: { dnd: 2 } }, racing)).toEqual({
    mutePreferences: { dnd: 2 },
    usePrivacyTemplate: true,
  });
  expect(await read()).toEqual({ mutePreferences: { dnd: 2 }, usePrivacyTemplate: true });
});

test('a reset deletes all of them and nothing else', async () => {
  await upsertUser(redis, 'demo', 'bob', { name: 'Bob' }, 1000);
  const before = await everything(redis);
  await change({ usePrivacyTemplate: true });
  await resetPreferences(redis, 'demo', 'bob');
  expect(await everything(redis)).toEqual(before);
});

test('preferences belong to one app and one user', async () => {
  await change({ usePrivacyTemplate: true });
  expect(await readPreferences(redis, 'other', 'bob')).toEqual({});
  expect(await readPreferences(redis, 'demo', 'carol')).toEqual({});
});
