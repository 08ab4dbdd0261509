import { type MessageEvent, parseEvent } from '@fanfare/core';
import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { isChangedSince, recordChange } from '../../src/index.ts';
import { APP, HOUR, NOW } from '../support/events.ts';

/** What is done to the message at a moment; `key` is the key of its event. */
function change(type: MessageEvent['type'], sentAt: number, id = '101'): MessageEvent {
  const conversation = { type: 'user', id: 'bob' };
  const parsed = parseEvent({
    id: `${type}-${sentAt}`,
    type,
    sentAt,
    sender: { uid: 'ann' },
    conversation,
    message: { id },
  });
  if (!parsed.ok) throw parsed.error;
  return parsed.event as MessageEvent;
}

const note = ({ redis }: TestRedis, event: MessageEvent, key = 'e1') => recordChange(redis, APP, event, key, HOUR);
const overtaken = ({ redis }: TestRedis, event: MessageEvent, key = 'e1') => isChangedSince(redis, APP, event, key);
const SENT = change('message.sent', NOW);

test('a message is overtaken by its edit and by its deletion, not by those of others', async () => {
  await using own = await startTestRedis();
  await note(own, change('message.edited', NOW + 1, '102'));
  expect(await overtaken(own, SENT)).toBe(false);
  expect(await overtaken(own, change('message.sent', NOW, '102'))).toBe(true);
  await note(own, change('message.deleted', NOW + 1));
  expect(await overtaken(own, SENT)).toBe(true);
  expect(await isChangedSince(own.redis, 'bank', SENT, 'e1')).toBe(false);
});

test('an edit is overtaken by a later one, in whatever order they come, and not by itself', async () => {
  await using own = await startTestRedis();
  const [first, second] = [change('message.edited', NOW + 1), change('message.edited', NOW + 2)];
  for (const one of [second, first]) await note(own, one);
  expect(await overtaken(own, first)).toBe(true);
  expect(await overtaken(own, second)).toBe(false);
});

test('of edits of the same moment the one received last stands', async () => {
  await using own = await startTestRedis();
  const edit = change('message.edited', NOW);
  await note(own, edit, 'e2');
  await note(own, edit, 'e1');
  expect(await overtaken(own, edit, 'e1')).toBe(true);
  expect(await overtaken(own, edit, 'e2')).toBe(false);
});

test('a deletion stands for good', async () => {
  await using own = await startTestRedis();
  const deletion = change('message.deleted', NOW);
  await note(own, deletion);
  await note(own, change('message.edited', NOW + 9));
  expect(await overtaken(own, change('message.edited', NOW + 9))).toBe(true);
  expect(await overtaken(own, deletion)).toBe(false);
});

test('a change is remembered as long as its event', async () => {
  await using own = await startTestRedis();
  await note(own, change('message.edited', NOW));
  const [key] = await own.redis.keys('*');
  const left = await own.redis.pttl(key as string);
  expect(left).toBeGreaterThan(HOUR / 2);
  expect(left).toBeLessThanOrEqual(HOUR);
});
