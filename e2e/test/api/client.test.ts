import {
  DNDOptions,
  FanfareNotifications,
  FanfareServer,
  type MessageEvent,
  MutedConversationType,
  PushPlatforms,
} from '@fanfare/client';
import { expect, test } from '@jest/globals';
import { addPushProviders } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { exampleEnv } from '../support/example.ts';
import { type System, startSystem } from '../support/system.ts';

/** The client of the chat backend, and that of a device with this login. */
async function clientsOf(system: System) {
  const { FANFARE_API_KEY: apiKey = '' } = await exampleEnv(system);
  const fanfare = new FanfareServer({ url: system.url, apiKey });
  const asUser = (authToken: string) => new FanfareNotifications({ url: system.url, appId: 'app123', authToken });
  return { fanfare, asUser };
}

async function* members(count: number, last?: string) {
  for (let i = 1; i <= count; i++) yield `member-${i}`;
  if (last !== undefined) yield last;
}

test('a group of 100,000 is loaded as a stream, replaced, and emptied', async () => {
  await using system = await startSystem({ apps: [] });
  const { fanfare } = await clientsOf(system);
  expect(await fanfare.setGroupMembers('big', members(100_000))).toBe(100_000);
  expect(await fanfare.setGroupMembers('big', new Set(['bob', 'carol']))).toBe(2);
  expect((await system.backend.get('/v3/groups/big')).body.data.membersCount).toBe(2);
  await expect(fanfare.setGroupMembers('big', [])).rejects.toMatchObject({ code: 'ERR_BAD_REQUEST' });
  expect(await fanfare.setGroupMembers('big', [], { empty: true })).toBe(0);
});

test('a bad uid at the end of a stream is named, and the old list stays', async () => {
  await using system = await startSystem({ apps: [] });
  const { fanfare } = await clientsOf(system);
  await fanfare.setGroupMembers('big', ['bob']);
  const bad = fanfare.setGroupMembers('big', members(20_000, 'not a uid'));
  await expect(bad).rejects.toMatchObject({ code: 'ERR_BAD_REQUEST', message: expect.stringContaining('line 20001') });
  expect((await system.backend.get('/v3/groups/big')).body.data.membersCount).toBe(1);
});

test('what is published is accepted once, a bad one named, and its progress told', async () => {
  await using system = await startSystem();
  const { fanfare } = await clientsOf(system);
  const event = aMessage() as MessageEvent;
  const bad = { ...event, id: 'bad', sentAt: 1 };
  expect(await fanfare.publish(event)).toEqual({ id: event.id, status: 'accepted' });
  expect(await fanfare.publish([event, bad])).toMatchObject([
    { id: event.id, status: 'duplicate' },
    { id: 'bad', status: 'rejected', error: { code: 'ERR_BAD_REQUEST' } },
  ]);
  await expect(fanfare.publish(bad)).rejects.toMatchObject({
    status: 400,
    details: { problems: [{ field: 'sentAt' }] },
  });
  await system.done(event.id);
  expect(await fanfare.event(event.id)).toMatchObject({ state: 'done', counts: { audience: 1, accepted: 1 } });
});

test('a device does with its login all that it may, until the login is revoked', async () => {
  await using system = await startSystem();
  await addPushProviders(system);
  const { fanfare, asUser } = await clientsOf(system);
  expect(await fanfare.upsertUser('bob', { name: 'Bob' })).toMatchObject({ uid: 'bob', name: 'Bob' });
  const { authToken } = await fanfare.createAuthToken('bob');
  const bob = asUser(authToken);
  await bob.registerPushToken('tok_voip', PushPlatforms.APNS_IOS_VOIP);
  expect(await bob.getTokens()).toMatchObject([{ uid: 'bob', pushToken: 'tok_voip', pushTokenType: 'call' }]);
  expect(await bob.getTimezone()).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  await bob.updateTimezone('Asia/Tokyo');
  expect(await bob.getTimezone()).toBe('Asia/Tokyo');
  const changed = await bob.updatePreferences({ mutePreferences: { dnd: DNDOptions.ENABLED } });
  expect(changed.mutePreferences.getDNDPreference()).toBe(DNDOptions.ENABLED);
  expect((await bob.resetPreferences()).mutePreferences.getDNDPreference()).toBe(DNDOptions.DISABLED);
  const alice = { id: 'alice', type: MutedConversationType.ONE_ON_ONE };
  await bob.muteConversations([{ ...alice, until: null }]);
  expect(await bob.getMutedConversations()).toEqual([{ ...alice, until: null }]);
  await bob.unmuteConversations([alice]);
  expect(await bob.getMutedConversations()).toEqual([]);
  const message = aMessage() as MessageEvent;
  await fanfare.publish(message);
  await system.done(message.id);
  expect(await bob.markRead(message.message.id)).toBe(0);
  await bob.unregisterPushToken();
  expect(await bob.getTokens()).toEqual([]);
  expect(await fanfare.revokeAuthToken('bob', authToken)).toBe(true);
  expect(await fanfare.revokeAuthToken('bob', authToken)).toBe(false);
  await expect(bob.getTokens()).rejects.toMatchObject({ code: 'AUTH_ERR_AUTH_TOKEN_NOT_FOUND', status: 401 });
});
