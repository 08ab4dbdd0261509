import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { ANDREW, AT, GEORGE, grouped, HIKING, initiated, message, reacted, sent } from '../support/cometchat.ts';
import { received } from '../support/received.ts';
import { posts, type System, startSystem } from '../support/system.ts';

const MEMBER = 'g-messages-none';
const CUSTOM = { theme: 'dark', from: 'the preferences' };
const WEBHOOKS = '/v3/webhooks/cometchat';

let system: System;
let withBasicAuth: Api;
beforeAll(async () => {
  system = await startSystem();
  const { body } = await system.admin.post('/v3/apps/app123/apikeys', { name: 'webhooks', scopes: ['publish'] });
  const basic = Buffer.from(`cometchat:${body.data.apiKey}`).toString('base64');
  withBasicAuth = new Api(system.url, { authorization: `Basic ${basic}` });
  await system.backend.patch('/v3/notifications/v1/settings', {
    preferences: {
      group: { memberLeftSetting: 2 },
      push: { includeMessageObjectSetting: true, customJson: CUSTOM },
    },
  });
});
afterAll(() => system[Symbol.asyncDispose]());

beforeEach(async () => {
  system.hook.clear();
  await system.backend.put(`/v3/groups/${HIKING.guid}`, {});
  await system.backend.loadMembers(HIKING.guid, [ANDREW.uid, MEMBER]);
});

/** A sample around its details, as text: the order of keys counts. */
const sample = (uid: string, details: string) =>
  '{"trigger":"push-notification-payload-generated",' +
  `"data":{"to":{"uid":"${uid}"},"notificationDetails":{${details}}},` +
  '"appId":"app123","region":"us","webhook":"custom"}';

const AVATARS = 'https://assets.cometchat.io/sampleapp/v2/users';
const ANDREWS_PICTURE = `"senderAvatar":"${AVATARS}/cometchat-uid-1.webp",`;
const FROM_ANDREW = `"sender":"cometchat-uid-1","senderName":"Andrew Joseph",${ANDREWS_PICTURE}`;
const TO_GEORGE =
  '"receiver":"cometchat-uid-2","receiverName":"George Alan",' +
  `"receiverAvatar":"${AVATARS}/cometchat-uid-2.webp","receiverType":"user",`;
const IN_THEIRS = '"conversationId":"cometchat-uid-1_user_cometchat-uid-2",';
const WITH_CUSTOM = '"custom":{"theme":"dark","from":"the preferences"}';

const chat = (id: string) =>
  `"title":"Andrew Joseph","body":"Hello!",${FROM_ANDREW}${TO_GEORGE}"tag":"${id}",${IN_THEIRS}"type":"chat",` +
  `"sentAt":"1741847453000","message":${JSON.stringify(message(id, 'Hello!'))},${WITH_CUSTOM}`;

const call = (id: string, sessionId: string, at: number) =>
  `"title":"Andrew Joseph","body":"AUDIO CALL",${FROM_ANDREW}${TO_GEORGE}"tag":"${id}",${IN_THEIRS}"type":"call",` +
  `"callAction":"initiated","sessionId":"${sessionId}","callType":"audio","sentAt":"${at}000",${WITH_CUSTOM}`;

// The sample has the sender as receiver; ours is who is told (docs/rules/cometchat.md#samples).
const reaction = (id: string) =>
  `"title":"Andrew Joseph","body":"Reacted to your message: 😎",${FROM_ANDREW}${TO_GEORGE}"tag":"${id}",${IN_THEIRS}` +
  `"type":"chat","sentAt":"1741847453000",${WITH_CUSTOM}`;

const left = (sentAt: string) =>
  `"title":"Hiking group","body":"Andrew Joseph has left",${FROM_ANDREW}"receiver":"cometchat-guid-1",` +
  '"receiverName":"Hiking group","receiverType":"group","tag":"cometchat-guid-1",' +
  `"conversationId":"group_cometchat-guid-1","type":"chat","sentAt":"${sentAt}",${WITH_CUSTOM}`;

const oneBody = async () => (await posts(system.hook, 1)).map((request) => request.body);

describe.each([
  ['a header', 1, () => system.backend],
  ['the password of Basic auth', 2, () => withBasicAuth],
])('posted with the key as %s', (_name, n, api) => {
  const post = async (body: object) => {
    const answer = await api().post(WEBHOOKS, body);
    expect([answer.status, answer.body.data?.events[0]?.status]).toEqual([200, 'accepted']);
  };

  test('the chat sample, with message object and custom JSON', async () => {
    await post(sent(`12${n}`, 'Hello!'));
    expect(await oneBody()).toEqual([sample(GEORGE.uid, chat(`12${n}`))]);
  });

  test('the call sample, with a fresh time', async () => {
    const at = Math.floor(Date.now() / 1000);
    await post(initiated(`22${n}`, `v1.${n}.aik2`, at));
    expect(await oneBody()).toEqual([sample(GEORGE.uid, call(`22${n}`, `v1.${n}.aik2`, at))]);
  });

  test('the reaction sample', async () => {
    // George's message, so that Andrew's reaction is for him; its own notification is Andrew's.
    await post(sent(`32${n}`, 'Look!', { from: GEORGE, to: ANDREW }));
    await posts(system.hook, 1);
    system.hook.clear();
    await system.backend.put(`/v3/users/${GEORGE.uid}`, { name: GEORGE.name, avatar: GEORGE.avatar });
    await post(reacted('message_reaction_added', { id: `5${n}`, messageId: `32${n}` }));
    expect(await oneBody()).toEqual([sample(GEORGE.uid, reaction(`5${n}`))]);
  });

  test('the group action sample, at the member who remains', async () => {
    const before = Date.now();
    const andrew = { ...ANDREW, lastActiveAt: AT + n };
    await post(grouped('group_member_left', andrew));
    const [request] = await posts(system.hook, 1);
    const sentAt = received(system)[0]?.details.sentAt;
    // These webhooks have no time of their own (docs/rules/cometchat.md#members): it is that of their receipt.
    expect(Number(sentAt)).toBeGreaterThanOrEqual(before);
    expect(Number(sentAt)).toBeLessThanOrEqual(Date.now());
    expect([request?.body]).toEqual([sample(MEMBER, left(sentAt))]);
    expect(system.hook.counts({ byUid: true }).byUid).toEqual({ [MEMBER]: 1 });
  });
});
