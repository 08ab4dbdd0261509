import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { received, set, tell } from '../support/received.ts';
import { BASIC_AUTH, posts, type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.hook.clear());

/** The webhook is down for the next `times` POSTs, and then is not. */
const down = (times: number) =>
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: [{ status: 503, times }, { status: 200 }] });

const change = (type: string, { message }: ReturnType<typeof aMessage>, text?: string, more: object = {}) =>
  aMessage({ type, message: { id: message.id, type: 'text', text }, ...more });

/** Posts a message whose first try fails. */
async function failsOnce() {
  down(1);
  const message = aMessage();
  await system.backend.post('/v3/events', message);
  await posts(system.hook, 1);
  return message;
}

const bodies = () => received(system).map(({ details }) => details.body);

test('a text that waits to be tried again is not sent once it was deleted', async () => {
  const message = await failsOnce();
  await tell(system, change('message.deleted', message));
  expect(await system.done(message.id)).toMatchObject({ planned: 1, accepted: 0, superseded: 1 });
  expect(bodies()).toEqual(['hi', 'This message was deleted']);
});

test('a text that waits to be tried again is not sent once it was edited: the edit is', async () => {
  const message = await failsOnce();
  expect(await tell(system, change('message.edited', message, 'hello'))).toMatchObject({ planned: 1, accepted: 1 });
  expect(await system.done(message.id)).toMatchObject({ planned: 1, accepted: 0, superseded: 1 });
  expect(bodies()).toEqual(['hi', 'hello']);
  const { sentence } = (await system.backend.get(`/v3/events/${message.id}/recipients/bob`)).body.data;
  expect(sentence).toContain('the webhook was superseded by a newer state');
});

test('a waiting edit is not sent once there is a later one, and its text is taken back with the message', async () => {
  const message = await failsOnce();
  const first = change('message.edited', message, 'helo');
  const second = change('message.edited', message, 'hello', { sentAt: first.sentAt + 1 });
  down(1);
  await system.backend.post('/v3/events', first);
  await posts(system.hook, 2);
  await tell(system, second);
  expect(await system.done(first.id)).toMatchObject({ planned: 1, superseded: 1 });
  expect(await system.done(message.id)).toMatchObject({ planned: 1, superseded: 1 });
  await tell(system, change('message.deleted', message));
  expect(bodies()).toEqual(['hi', 'helo', 'hello', 'This message was deleted']);
});

test('a text is sent late where its edit goes to no one', async () => {
  await set(system, { preferences: { oneOnOne: { messageEditedSetting: 1 } } });
  const message = await failsOnce();
  await tell(system, change('message.edited', message, 'hello'));
  expect(await system.done(message.id)).toMatchObject({ accepted: 1 });
  expect(bodies()).toEqual(['hi', 'hi']);
  await set(system, { preferences: { oneOnOne: { messageEditedSetting: null } } });
});

test('a text that was refused is not sent by a replay once it was deleted', async () => {
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: [{ status: 400, times: 1 }, { status: 200 }] });
  const message = aMessage();
  expect(await tell(system, message)).toMatchObject({ rejected: 1 });
  await tell(system, change('message.deleted', message));
  const { body } = await system.backend.post('/v3/dead-letters/replay', { filter: {} });
  expect(body.data.id).toBeDefined();
  await until(async () => {
    const { counts } = (await system.backend.get(`/v3/events/${message.id}`)).body.data;
    return counts.superseded === 1 || undefined;
  }, 'the replay is overtaken');
  expect(bodies()).toEqual(['hi']);
});
