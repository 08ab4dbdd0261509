import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as cc from '../support/cometchat.ts';
import { aMessage } from '../support/events.ts';
import { tell, told } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.hook.clear());

/** What each category of a message looks like on the native path; CometChat calls media "message" as well. */
const CATEGORIES = [
  { category: 'message', type: 'text' },
  { category: 'message', type: 'image' },
  { category: 'custom', type: 'location' },
  { category: 'interactive', type: 'form' },
];

describe.each(CATEGORIES)('sendNotification: false on a message of category $category, type $type', (kind) => {
  test('notifies no one, and says so, when it is a native event', async () => {
    const { id, message, ...rest } = aMessage();
    const event = { ...rest, id, message: { ...message, ...kind, sendNotification: false } };
    expect(await tell(system, event)).toMatchObject({ audience: 0, planned: 0 });
    const { body } = await system.backend.get(`/v3/events/${id}/recipients/bob`);
    expect(body.data).toMatchObject({ decision: 'not_in_audience', reason: 'notifies_nobody' });
    await tell(system, { ...event, id: `${id}-edit`, type: 'message.edited' } as typeof event);
    expect(told(system)).toEqual([]);
  });

  test('notifies no one when CometChat posts it', async () => {
    const plain = cc.message(`s-${kind.category}-${kind.type}`, 'hi');
    const message = { ...plain, ...kind, data: { ...plain.data, sendNotification: false } };
    const { body } = await system.backend.post('/v3/webhooks/cometchat', cc.webhook('message_sent', { message }));
    expect(await system.done(body.data.events[0].id)).toMatchObject({ audience: 0 });
    expect(told(system)).toEqual([]);
  });
});

test('a reaction to a silent message notifies its author', async () => {
  const plain = cc.message('s-author', 'hi');
  const message = { ...plain, data: { ...plain.data, sendNotification: false } };
  for (const body of [
    cc.webhook('message_sent', { message }),
    cc.reacted('message_reaction_added', { id: 's-58', messageId: 's-author', by: cc.GEORGE }),
  ]) {
    const { body: answer } = await system.backend.post('/v3/webhooks/cometchat', body);
    await system.done(answer.data.events[0].id);
  }
  expect(told(system)).toEqual([`${cc.ANDREW.uid}: Reacted to your message: 😎`]);
});
