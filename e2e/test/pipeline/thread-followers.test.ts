import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { aGroupMessage } from '../support/events.ts';
import { choose, tell, told } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.backend.put('/v3/groups/divers', {});
  await system.backend.post('/v3/groups/divers/members', { participants: ['alice', 'bob', 'carol'] });
  for (const uid of ['alice', 'bob', 'carol']) await choose(system, uid, { groupPreferences: { groupReplies: 4 } });
});
afterAll(() => system[Symbol.asyncDispose]());

let parent = '';
let serial = 0;
/** Alice's message, below which people reply. */
beforeEach(async () => {
  const message = aGroupMessage('divers', { sender: { uid: 'alice' } });
  parent = message.message.id;
  await tell(system, message);
  system.hook.clear();
});

/** A user replies: who is notified of it. */
async function reply(uid: string, text = 'hi'): Promise<string[]> {
  system.hook.clear();
  const message = { id: `reply-${++serial}`, type: 'text', text, parentId: parent };
  await tell(system, aGroupMessage('divers', { sender: { uid }, message }));
  return told(system).map((line) => line.split(':')[0] as string);
}
const subscription = (method: string, uid: string) =>
  system.backend.call(method, `/v3/messages/${parent}/thread/subscription?uid=${uid}`, undefined);

test('the author follows the thread, and so do users who have replied', async () => {
  expect(await reply('bob')).toEqual(['alice']);
  expect(await reply('carol')).toEqual(['alice', 'bob']);
});

test('the author who has left the thread is left alone, however many others reply', async () => {
  expect(await reply('bob')).toEqual(['alice']);
  expect((await subscription('DELETE', 'alice')).status).toBe(200);
  expect(await reply('bob')).toEqual([]);
  expect(await reply('carol')).toEqual(['bob']);
});

test('the author who leaves before the first reply is left alone as well', async () => {
  await subscription('DELETE', 'alice');
  expect(await reply('bob')).toEqual([]);
});

test.each<[string, () => Promise<unknown>]>([
  ['their own reply', () => reply('alice')],
  ['a mention of them', () => reply('carol', 'what do you say, <@uid:alice>?')],
  ['subscribing', () => subscription('POST', 'alice')],
])('a user who has left comes back by %s', async (_, comeBack) => {
  await subscription('DELETE', 'alice');
  await comeBack();
  expect(await reply('bob')).toContain('alice');
});

test('mentions of unknown users in a text leave nothing behind', async () => {
  const ghosts = Array.from({ length: 500 }, (_, i) => `<@uid:ghost-${i}>`).join('');
  await reply('bob', ghosts);
  expect(await system.redis.redis.keys('*ghost*')).toEqual([]);
  const followers = await system.redis.redis.smembers(`thread:{${system.appId}:${parent}}`);
  expect(followers.sort()).toEqual(['alice', 'bob']);
});

test('a subscription makes its person known', async () => {
  await subscription('POST', 'newcomer');
  expect((await system.backend.get('/v3/users/newcomer')).status).toBe(200);
  await system.backend.post('/v3/groups/divers/members', { participants: ['newcomer'] });
  await choose(system, 'newcomer', { groupPreferences: { groupReplies: 4 } });
  expect(await reply('bob')).toContain('newcomer');
  await system.backend.delete('/v3/groups/divers/members/newcomer');
});
