import { expect, test } from '@jest/globals';
import type { RecordedPush } from '../src/app.ts';
import { anApns, anFcm, NOW } from './push-clients.ts';
import { both } from './push-services.ts';

test.each(both)('a push to %s that failed before is not accepted twice', async (_, start) => {
  const { to, service } = await start();
  await to('tok_503_once');
  await to('tok_503_once');
  expect(service.counts()).toMatchObject({ received: 2, acceptedTwice: 0 });
});

test('FCM identifies a push by its token, what it replaces and when that was sent', async () => {
  const { simulator, send } = await anFcm();
  const twice = async (...messages: object[]) => {
    simulator.fcm.clear();
    for (const message of messages) await send(message);
    return simulator.fcm.counts().acceptedTwice;
  };
  const one = { token: 'tok_1', android: { collapse_key: '101' }, data: { sentAt: '1' } };
  expect(await twice(one, one, one)).toBe(2);
  expect(await twice(one, { ...one, token: 'tok_2' }, { ...one, data: { sentAt: '2' } })).toBe(0);
  const tagged = { token: 'tok_1', android: { notification: { tag: 'x' } } };
  expect(await twice(tagged, tagged)).toBe(1);
  expect(await twice({ token: 'tok_1' }, { token: 'tok_1' })).toBe(0);
});

test('APNs identifies a push by its token and id, else by what it replaces and when that was sent', async () => {
  const { simulator, to } = await anApns();
  const twice = async (...headers: Record<string, string>[]) => {
    simulator.apns.clear();
    for (const each of headers) await to('tok_1', each);
    return simulator.apns.counts().acceptedTwice;
  };
  const id = { 'apns-id': 'ec1bf194-b3b2-424a-89a9-5a918a6e6b5d' };
  expect(await twice(id, id)).toBe(1);
  expect(await twice(id, { 'apns-id': 'ec1bf194-b3b2-424a-89a9-5a918a6e6b5e' })).toBe(0);
  expect(await twice({ 'apns-collapse-id': '101' }, { 'apns-collapse-id': '101' })).toBe(1);
  expect(await twice({}, {})).toBe(0);
});

test('a request is shown with its token, its headers without credentials, its body and its answer', async () => {
  const { simulator, to } = await anFcm();
  const heard: RecordedPush[] = [];
  simulator.fcm.onRequest((push) => heard.push(push));
  await to('tok_429');
  const [push] = simulator.fcm.requests();
  expect(push).toEqual({
    sequence: 1,
    receivedAt: NOW,
    method: 'POST',
    path: '/v1/projects/demo/messages:send',
    http2: true,
    headers: { authorization: 'Bearer ***' },
    body: '{"message":{"token":"tok_429","data":{"tag":"1"}}}',
    json: { message: { token: 'tok_429', data: { tag: '1' } } },
    token: 'tok_429',
    answered: 429,
    reason: 'QUOTA_EXCEEDED',
  });
  expect(heard).toEqual([push]);
});
