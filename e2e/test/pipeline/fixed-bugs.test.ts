import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register, tokensOf, VOIP } from '../support/devices.ts';
import { aCall, aGroupMessage, aMessage } from '../support/events.ts';
import { choose, mute, received, set, tell, told } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

/*
 * What CometChat's changelog says was wrong once and mended (docs/rules/cometchat.md#fixed-bugs), so that it is not
 * wrong here. That logs are paged through rightly is shown by the tests of the logs.
 */

const PROVIDERS = '/v3/notifications/push/v1/providers';

async function startWithGroup(...members: string[]): Promise<System> {
  const system = await startSystem();
  await system.backend.put('/v3/groups/hiking', { name: 'Hiking group' });
  await system.backend.loadMembers('hiking', ['alice', ...members]);
  return system;
}

test('reactions went to every member: they go to the author, and to who asked for all', async () => {
  await using system = await startWithGroup('bob', 'carol', 'dave', 'erin');
  await choose(system, 'dave', { groupPreferences: { groupReactions: 3 } });
  await choose(system, 'erin', { groupPreferences: { groupReactions: 1 } });
  const message = aGroupMessage('hiking', { sender: { uid: 'bob' } });
  await tell(system, message);
  system.hook.clear();
  const reaction = { id: 'r-58', reaction: '😎', messageId: message.message.id };
  await tell(system, aGroupMessage('hiking', { type: 'reaction.added', message: undefined, reaction }));
  expect(told(system)).toEqual(['bob: Reacted to your message: 😎', 'dave: Reacted to your message: 😎']);
});

test('the custom provider got no calls: it gets every state of one', async () => {
  await using system = await startSystem();
  const states = ['initiated', 'ongoing', 'cancelled', 'rejected', 'unanswered', 'busy', 'ended'];
  for (const [i, state] of states.entries()) {
    await tell(system, aCall({ type: `call.${state}`, call: { sessionId: `v1.${i}`, type: 'video' } }));
  }
  const calls = received(system).map(({ details: { type, callAction, sessionId, callType } }) => [
    type,
    callAction,
    sessionId,
    callType,
  ]);
  expect(calls).toEqual(states.map((state, i) => ['call', state, `v1.${i}`, 'video']));
});

test('APNs and VoIP pushes lacked metadata, conversation and custom JSON: they have them', async () => {
  await using system = await startSystem();
  await system.backend.delete(`${PROVIDERS}/custom`);
  await addPushProviders(system);
  await register(system, await logIn(system), IPHONE, VOIP);
  const customJson = { theme: 'dark' };
  await set(system, { preferences: { push: { customJson, includeMessageObjectSetting: true } } });
  const message = { id: '101', type: 'text', text: 'hi', metadata: { card: 7 } };
  await tell(system, aMessage({ message }));
  await tell(system, aCall({ custom: { room: 7 } }));
  expect(system.hooks.apns.requests().map(({ token, json }) => [token, json])).toMatchObject([
    [
      'tok_iphone',
      {
        conversationId: 'alice_user_bob',
        custom: customJson,
        message: { id: '101', data: { text: 'hi', metadata: { card: 7 } } },
      },
    ],
    ['tok_voip', { conversationId: 'alice_user_bob', custom: { ...customJson, room: 7 } }],
  ]);
});

test('settings were cached too long: the next event sees every change', async () => {
  await using system = await startSystem();
  for (const [value, counts] of [
    [1, { suppressed: { MESSAGES_PREFERENCE: 1 }, planned: 0 }],
    [2, { suppressed: {}, accepted: 1 }],
    [1, { suppressed: { MESSAGES_PREFERENCE: 1 }, planned: 0 }],
    [2, { suppressed: {}, accepted: 1 }],
  ] as const) {
    await set(system, { preferences: { oneOnOne: { messagesSetting: value } } });
    expect(await tell(system, aMessage())).toMatchObject(counts);
  }
  for (const theme of ['dark', 'light']) {
    await set(system, { preferences: { push: { customJson: { theme } } } });
    await tell(system, aMessage());
    expect(received(system).at(-1)?.details.custom).toEqual({ theme });
  }
});

test('mutes counted and were listed when they had run out: they do neither', async () => {
  await using system = await startWithGroup('bob');
  const end = Date.now() + 2500;
  await mute(system, 'bob', { id: 'hiking', type: 'group', until: end });
  const listed = async () =>
    (await system.backend.get('/v3/notifications/v1/preferences/mute?uid=bob')).body.data.mutedConversations;
  const counts = await tell(system, aGroupMessage('hiking'));
  expect(counts).toMatchObject({ suppressed: { MUTE_PREFERENCE: 1 } });
  await until(() => Date.now() > end, 'the mute runs out');
  expect(await listed()).toEqual([]);
  expect(await tell(system, aGroupMessage('hiking'))).toMatchObject({ suppressed: {}, accepted: 1 });
});

test('people who were deactivated or blocked were notified: they are not, from the next event on', async () => {
  await using system = await startWithGroup('bob', 'carol', 'dave', 'erin');
  await system.backend.put('/v3/users/bob', { deactivated: true });
  await system.backend.post('/v3/users/carol/blockedusers', { blockedUids: ['alice'] });
  await system.backend.post('/v3/users/alice/blockedusers', { blockedUids: ['dave'] });
  expect(await tell(system, aGroupMessage('hiking'))).toMatchObject({ audience: 1, accepted: 1 });
  for (const id of ['bob', 'carol', 'dave']) {
    const counts = await tell(system, aMessage({ conversation: { type: 'user', id } }));
    expect([id, counts]).toMatchObject([id, { planned: 0, accepted: 0 }]);
  }
  expect(told(system)).toEqual(['erin: hi']);
  await system.backend.put('/v3/users/bob', { deactivated: false });
  await tell(system, aMessage());
  expect(told(system)).toEqual(['bob: hi', 'erin: hi']);
});

test('dead APNs tokens were kept: they are not sent to again', async () => {
  await using system = await startSystem();
  await addPushProviders(system);
  const dead = { ...IPHONE, deviceToken: 'tok_unregistered_iphone' };
  await register(system, await logIn(system), dead, { ...VOIP, voipToken: 'tok_unregistered_voip' });
  expect(await tell(system, aMessage())).toMatchObject({ planned: 2, accepted: 1, token_dead: 1 });
  expect(await tokensOf(system)).toEqual(['tok_unregistered_voip']);
  expect(await tell(system, aCall())).toMatchObject({ planned: 2, accepted: 1, token_dead: 1 });
  expect(await tokensOf(system)).toEqual([]);
  expect(await tell(system, aMessage())).toMatchObject({ planned: 1, accepted: 1, token_dead: 0 });
});

test('FCM on iOS was sent no notification and no sound: it is, as the provider is set', async () => {
  await using system = await startSystem();
  await addPushProviders(system);
  await set(system, { sound: { chat: 'ding.caf' } });
  await register(system, await logIn(system), { ...ANDROID, platform: 'fcm_ios', fcmToken: 'tok_fcm_ios' });
  await tell(system, aMessage());
  const shown = {
    notification: { title: 'Alice', body: 'hi' },
    apns: { headers: { 'apns-push-type': 'alert' }, payload: { aps: { sound: 'ding.caf' } } },
  };
  expect(system.hooks.fcm.requests()[0]?.json).toMatchObject({ message: shown });
  const off = { providerId: 'fcm-1', notificationInPayload: { ios: { chat: false } } };
  expect((await system.backend.put(`${PROVIDERS}/fcm`, off)).status).toBe(200);
  await tell(system, aMessage());
  const last = system.hooks.fcm.requests().at(-1)?.json as { message: object };
  expect(last.message).not.toHaveProperty('notification');
  expect(last.message).toMatchObject({ apns: { payload: { aps: { 'content-available': 1 } } } });
});

test('the default provider could not be deleted: it can, and its tokens then have no provider', async () => {
  await using system = await startSystem();
  await system.backend.delete(`${PROVIDERS}/custom`);
  await addPushProviders(system);
  await register(system, await logIn(system), { ...ANDROID, providerId: 'default' });
  expect(await tell(system, aMessage())).toMatchObject({ accepted: 1 });
  expect((await system.backend.delete(`${PROVIDERS}/fcm/fcm-1`)).status).toBe(200);
  expect((await system.backend.get(`${PROVIDERS}/fcm`)).body.data.pushProviders).toEqual([]);
  expect(await tell(system, aMessage())).toMatchObject({ planned: 0, suppressed: { INVALID_PUSH_PROVIDER_ID: 1 } });
});
