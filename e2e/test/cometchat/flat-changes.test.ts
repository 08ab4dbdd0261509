import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import * as cc from '../support/cometchat.ts';
import { received, told } from '../support/received.ts';
import { BASIC_AUTH, posts, type System, startSystem } from '../support/system.ts';

const { ANDREW, AT, GEORGE } = cc;

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.hook.clear());

/** Posts a webhook that becomes one event, and returns its id. */
async function accepted(body: unknown): Promise<string> {
  const { status, body: answer } = await system.backend.post('/v3/webhooks/cometchat', body);
  expect([status, answer]).toMatchObject([200, { data: { events: [{ status: 'accepted' }] } }]);
  return answer.data.events[0].id;
}
const post = async (body: unknown) => system.done(await accepted(body));

/** A message of each category, as CometChat posts it. */
const CATEGORIES: [string, object, object][] = [
  ['message', {}, {}],
  ['custom', { type: 'location' }, { sendNotification: true, customData: {} }],
  ['interactive', { type: 'form' }, { interactiveData: { title: 'Form' } }],
  ['media', { category: 'message', type: 'image' }, { url: 'https://example.com/a.png' }],
];

test.each(CATEGORIES)(
  'flat edits and deletions of %s messages replace what was shown',
  async (category, more, data) => {
    const plain = cc.message(`f-${category}`, 'Hello!');
    const original = { ...plain, category, ...more, data: { ...plain.data, ...data } };
    await post(cc.webhook('message_sent', { message: original }));
    const edited = { ...original, data: { ...original.data, text: 'Hello again!' } };
    await post(cc.changedFlat('message_edited', edited, { editedAt: AT + 5, editedBy: ANDREW.uid }));
    await post(cc.changedFlat('message_deleted', edited, { deletedAt: AT + 9, deletedBy: ANDREW.uid }));
    expect(received(system).map(({ uid, details }) => [uid, details.tag])).toEqual(
      Array.from({ length: 3 }, () => [GEORGE.uid, original.id]),
    );
    expect(received(system).at(-1)?.details.body).toBe('This message was deleted');
  },
);

test('a flat edit says the new text, with the times that CometChat may leave out', async () => {
  const original = cc.message('f-2', 'Hello!');
  await post(cc.webhook('message_sent', { message: original }));
  await post(cc.changedFlat('message_edited', { ...original, data: { ...original.data, text: 'First' } }));
  await post(cc.changedFlat('message_edited', { ...original, data: { ...original.data, text: 'Second' } }));
  expect(received(system).map(({ details }) => details.body)).toEqual(['Hello!', 'First', 'Second']);
});

test('a text that was deleted flat is not delivered', async () => {
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: [{ status: 503, times: 1 }, { status: 200 }] });
  const original = cc.message('f-3', 'secret');
  const sent = await accepted(cc.webhook('message_sent', { message: original }));
  await posts(system.hook, 1);
  system.hook.clear();
  await post(cc.changedFlat('message_deleted', original));
  expect(await system.done(sent)).toMatchObject({ accepted: 0, superseded: 1 });
  expect(told(system)).toEqual([`${GEORGE.uid}: This message was deleted`]);
});
