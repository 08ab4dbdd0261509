import { expect, test } from '@jest/globals';
import { event } from '../support/sample-events.ts';
import { details } from './render-context.ts';

/** `data` of the sent message object: the backend's own object, completed from the event's metadata. */
function dataOf(object: object, push: object = {}, type: 'message.sent' | 'message.deleted' = 'message.sent') {
  const settings = { preferences: { push: { includeMessageObjectSetting: true, ...push } } };
  const subject = event(type, { message: { id: '101', text: 'hi', metadata: { mood: 'good' }, object } });
  return details(subject, { settings }).message?.data as Record<string, unknown>;
}

test("an object without metadata gets the event's", () => {
  expect(dataOf({ id: 101 }).metadata).toEqual({ mood: 'good' });
  expect(dataOf({ data: { text: 'hi' } }).metadata).toEqual({ mood: 'good' });
});

test("the object's own metadata wins", () => {
  expect(dataOf({ data: { metadata: { mood: 'bad' } } }).metadata).toEqual({ mood: 'bad' });
});

test('metadata of either is omitted when the app configures so', () => {
  for (const object of [{}, { data: { metadata: { mood: 'bad' } } }]) {
    expect(dataOf(object, { includeMessageMetadataSetting: false })).not.toHaveProperty('metadata');
  }
});

test('the metadata of a deleted message is gone', () => {
  expect(dataOf({}, {}, 'message.deleted')).not.toHaveProperty('metadata');
});
