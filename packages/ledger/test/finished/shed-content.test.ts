import { newEventKey } from '@fanfare/core';
import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import {
  findPlanned,
  type KeptList,
  packFinished,
  readEvent,
  readKept,
  readProgress,
  readReached,
  shedContent,
  trimKept,
} from '../../src/index.ts';
import { APP, becomes, HOUR, NOW, planned, reached, settleAll } from '../support/events.ts';

/** A finished and packed message that was received so many hours ago. */
async function finished({ redis }: TestRedis, hoursAgo: number) {
  const receivedAt = NOW - hoursAgo * HOUR;
  const key = newEventKey(receivedAt, Math.random);
  const ref = await planned(redis, [reached('bob')], { id: `m-${hoursAgo}`, key });
  await settleAll(redis, ref, [becomes(0, 'accepted')], receivedAt + 100);
  await packFinished(redis, 0, NOW + 60_000, 100);
  return ref;
}

const listOf = async ({ redis }: TestRedis, kind: string) =>
  (await readKept(redis, 0)).find((list) => list.kind === kind) as KeptList;
const textOf = async ({ redis }: TestRedis, ref: Awaited<ReturnType<typeof finished>>) => {
  const event = (await readEvent(redis, ref))?.event;
  return event?.type === 'message.sent' ? event.message.text : undefined;
};

test('a message loses its text after a day, and nothing else', async () => {
  await using own = await startTestRedis();
  const [old, young] = [await finished(own, 25), await finished(own, 23)];
  const answers = async () => ({
    progress: await readProgress(own.redis, old),
    bob: await findPlanned(own.redis, old, 'bob'),
    reached: await readReached(own.redis, old, 0),
    ttl: Math.round((await own.redis.pttl(`{p0}:ev:${old.key}`)) / HOUR),
  });
  const [before, event] = [await answers(), await readEvent(own.redis, old)];
  expect(await textOf(own, old)).toBe('hello');
  expect(await shedContent(own.redis, await listOf(own, 'chat'), NOW, 100)).toBe(1);
  expect([await textOf(own, old), await textOf(own, young)]).toEqual([undefined, 'hello']);
  expect(await answers()).toEqual(before);
  const after = await readEvent(own.redis, old);
  const { text: _text, ...message } = event?.event.type === 'message.sent' ? event.event.message : { text: '' };
  expect(after).toEqual({ ...event, event: { ...event?.event, message } });
  expect(await shedContent(own.redis, await listOf(own, 'chat'), NOW, 100)).toBe(0);
});

test('a message without its text is listed apart, and leaves before others', async () => {
  await using own = await startTestRedis();
  const old = await finished(own, 25);
  await shedContent(own.redis, await listOf(own, 'chat'), NOW, 100);
  expect(await listOf(own, 'chat')).toBeUndefined();
  const list = await listOf(own, 'old');
  expect(list).toMatchObject({ appId: APP, events: 1, oldest: NOW - 25 * HOUR });
  expect(await trimKept(own.redis, { list, before: NOW, finishedBefore: NOW }, 100)).toEqual({ trimmed: 1 });
  expect(await readEvent(own.redis, old)).toBeUndefined();
});
