import { type MessageEvent, parseEvent } from '@fanfare/core';
import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { isChangedSince, recordChange } from '../../src/index.ts';
import { APP, HOUR, NOW } from '../support/events.ts';

/** A change to the message at a moment; `key` is the key of its event. */
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

const record = ({ redis }: TestRedis, event: MessageEvent, key = 'e1') => recordChange(redis, APP, event, key, HOUR);
const superseded = ({ redis }: TestRedis, event: MessageEvent, key = 'e1') => isChangedSince(redis, APP, event, key);
const SENT = change('message.sent', NOW);

test('a message is superseded by its edit and by its deletion, not by those of others', async () => {
  await using own = await startTestRedis();
  await record(own, change('message.edited', NOW + 1, '102'));
  expect(await superseded(own, SENT)).toBe(false);
  expect(await superseded(own, change('message.sent', NOW, '102'))).toBe(true);
  await record(own, change('message.deleted', NOW + 1));
  expect(await superseded(own, SENT)).toBe(true);
  expect(await isChangedSince(own.redis, 'bank', SENT, 'e1')).toBe(false);
});

test('an edit is superseded by a later one, in any order, and not by itself', async () => {
  await using own = await startTestRedis();
  const [first, second] = [change('message.edited', NOW + 1), change('message.edited', NOW + 2)];
  for (const one of [second, first]) await record(own, one);
  expect(await superseded(own, first)).toBe(true);
  expect(await superseded(own, second)).toBe(false);
});

test('of edits at the same moment the one received last wins', async () => {
  await using own = await startTestRedis();
  const edit = change('message.edited', NOW);
  await record(own, edit, 'e2');
  await record(own, edit, 'e1');
  expect(await superseded(own, edit, 'e1')).toBe(true);
  expect(await superseded(own, edit, 'e2')).toBe(false);
});

test('a deletion is final', async () => {
  await using own = await startTestRedis();
  const deletion = change('message.deleted', NOW);
  await record(own, deletion);
  await record(own, change('message.edited', NOW + 9));
  expect(await superseded(own, change('message.edited', NOW + 9))).toBe(true);
  expect(await superseded(own, deletion)).toBe(false);
});

test('a change is remembered as long as its event', async () => {
  await using own = await startTestRedis();
  await record(own, change('message.edited', NOW));
  const [key] = await own.redis.keys('*');
  const left = await own.redis.pttl(key as string);
  expect(left).toBeGreaterThan(HOUR / 2);
  expect(left).toBeLessThanOrEqual(HOUR);
});
