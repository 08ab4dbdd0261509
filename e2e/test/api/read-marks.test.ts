import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { logIn } from '../support/devices.ts';
import { aGroupMessage, aMessage } from '../support/events.ts';
import { type System, startSystem } from '../support/system.ts';

const SETTINGS = '/v3/notifications/v1/settings';
const PREFERENCES = '/v3/notifications/v1/preferences';
const SUCCESS = { data: { success: true } };

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.backend.patch(SETTINGS, { badge: true });
});
afterAll(() => system[Symbol.asyncDispose]());

/** Posts an event and waits until it is done: its counts. */
async function post(event: { id: string }) {
  await system.backend.post('/v3/events', event);
  return system.done(event.id);
}

describe('reading a message', () => {
  const read = (id: string, uid = 'bob') => system.backend.post(`/v3/messages/${id}/read?uid=${uid}`, undefined);

  test("clears what the person has not read of its conversation, and no other's", async () => {
    await system.backend.put('/v3/groups/hiking', {});
    await system.backend.post('/v3/groups/hiking/members', { participants: ['alice', 'bob', 'carol'] });
    const messages = [aMessage(), aMessage(), aGroupMessage('hiking')];
    for (const message of messages) await post(message);
    const [first, , group] = messages as [ReturnType<typeof aMessage>, unknown, ReturnType<typeof aMessage>];
    const phone = system.asUser(await logIn(system));
    const { status, body } = await phone.post(`/v3/messages/${first.message.id}/read`, {});
    expect([status, body]).toEqual([200, { data: { success: true, unreadMessageCount: 1 } }]);
    expect((await read(group.message.id)).body.data.unreadMessageCount).toBe(0);
    expect((await read(first.message.id)).body.data.unreadMessageCount).toBe(0);
    expect((await read(first.message.id, 'carol')).body.data.unreadMessageCount).toBe(1);
  });

  test('that is unknown is a 404', async () => {
    const { status, body } = await read('unheard-of');
    expect([status, body.error.code]).toEqual([404, 'ERR_MESSAGE_NOT_FOUND']);
  });

  test('is for its own person to say', async () => {
    const mallory = system.asUser(await logIn(system, 'mallory'));
    expect((await mallory.post('/v3/messages/1001/read?uid=bob', {})).status).toBe(403);
    expect((await system.backend.post('/v3/messages/1001/read', {})).body.error.message).toMatch(/^uid:/);
  });
});

describe('following a thread', () => {
  const path = '/v3/messages/p-1/thread/subscription';
  const reply = () =>
    aGroupMessage('divers', { message: { id: `r-${Math.random()}`, type: 'text', text: 'hi', parentId: 'p-1' } });

  test('lets its replies through to who wants those only, until they stop following it', async () => {
    await system.backend.put('/v3/groups/divers', {});
    await system.backend.post('/v3/groups/divers/members', { participants: ['alice', 'dora'] });
    await system.backend.patch(`${PREFERENCES}?uid=dora`, { groupPreferences: { groupReplies: 4 } });
    expect(await post(reply())).toMatchObject({ planned: 0, suppressed: { REPLIES_PREFERENCE: 1 } });
    const phone = system.asUser(await logIn(system, 'dora'));
    for (const again of [1, 2]) {
      const followed = await phone.post(path, undefined);
      expect([again, followed.status, followed.body]).toEqual([again, 200, SUCCESS]);
    }
    expect(await post(reply())).toMatchObject({ planned: 1 });
    for (const again of [1, 2]) {
      const left = await system.backend.call('DELETE', path, undefined, { onbehalfof: 'dora' });
      expect([again, left.status, left.body]).toEqual([again, 200, SUCCESS]);
    }
    expect(await post(reply())).toMatchObject({ planned: 0, suppressed: { REPLIES_PREFERENCE: 1 } });
  });

  test('is for its own person to say', async () => {
    const mallory = system.asUser(await logIn(system, 'mallory'));
    expect((await mallory.call('POST', path, undefined, { onbehalfof: 'dora' })).status).toBe(403);
    expect((await mallory.delete(`${path}?uid=dora`)).status).toBe(403);
    expect((await system.backend.post(path, undefined)).body.error.message).toMatch(/^uid:/);
  });
});
