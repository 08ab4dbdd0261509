import { recordMessages } from '@fanfare/ledger';
import { createUser, readUnread } from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { decideSlice } from '../src/plan.ts';
import { accept, aGroupMessage } from './support/events.ts';
import { APP, HOUR, seedApp, startFanout } from './support/fanout.ts';
import { takeEvent } from './support/in-hand.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(() => redis.flushall());

const toWebhook = (uid: string) => ({ kind: 'send', uid, targets: [{ provider: 'custom' }] });

test('a slice has the configured number of recipients and the start of the next one', async () => {
  await seedApp(redis, ['bob', 'carol', 'dave']);
  await using fanout = startFanout(redis);
  const { inHand, cursor } = await takeEvent(fanout, aGroupMessage());
  const recipients = [toWebhook('bob'), toWebhook('carol')];
  expect(await decideSlice(fanout, inHand, cursor)).toMatchObject({
    kind: 'decided',
    slice: { first: 0, cursor: 'carol', last: false, packSize: 1, recipients },
  });
});

test('a deleted app notifies no one', async () => {
  await seedApp(redis);
  await createUser(redis, APP, 'bob', 1);
  await using fanout = startFanout(redis);
  const { inHand, cursor } = await takeEvent(fanout, aGroupMessage({ conversation: { type: 'user', id: 'bob' } }));
  expect(await decideSlice(fanout, { ...inHand, app: undefined }, cursor)).toMatchObject({
    slice: { last: true, recipients: [{ kind: 'suppress', uid: 'bob', reason: 'PUSH_DISABLED' }] },
  });
});

test('a message stopped by moderation is suppressed for every member and counts as unread for none', async () => {
  await seedApp(redis, ['bob'], { badge: true });
  await using fanout = startFanout(redis);
  const { inHand, cursor } = await takeEvent(fanout, aGroupMessage());
  const reason = 'MODERATION_DISAPPROVED';
  expect(await decideSlice(fanout, { ...inHand, moderation: { kind: 'closed', reason } }, cursor)).toMatchObject({
    slice: { recipients: [{ kind: 'suppress', uid: 'bob', reason }] },
  });
  expect(await readUnread(redis, APP, 'bob')).toBe(0);
});

test('an audience that is not available yet is awaited until the deadline, then counts as empty', async () => {
  await seedApp(redis, ['bob']);
  await using fanout = startFanout(redis);
  // The message that the edit is about is still to be planned.
  const { ref: original } = await accept(redis, aGroupMessage());
  const conversation = { type: 'group', id: 'hiking' } as const;
  await recordMessages(redis, APP, [{ messageId: '101', author: 'alice', conversation, ref: original }], HOUR);
  const { inHand, cursor } = await takeEvent(fanout, aGroupMessage({ type: 'message.edited' }));
  expect(await decideSlice(fanout, inHand, cursor)).toMatchObject({ kind: 'later' });
  fanout.clock.set(inHand.accepted.leaveBy - 1);
  expect(await decideSlice(fanout, inHand, cursor)).toMatchObject({ kind: 'later' });
  fanout.clock.advance(1);
  expect(await decideSlice(fanout, inHand, cursor)).toMatchObject({
    kind: 'decided',
    slice: { last: true, recipients: [] },
  });
});
