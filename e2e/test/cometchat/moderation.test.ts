import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as cc from '../support/cometchat.ts';
import { aMessage } from '../support/events.ts';
import { received, set, tell, told } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

const { GEORGE } = cc;
const HI = `${GEORGE.uid}: hi`;
const DELETED = `${GEORGE.uid}: This message was deleted`;

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await set(system, { badge: true });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  system.hook.clear();
  await set(system, { moderation: null, deadlines: null });
});

const answerTo = async (body: unknown) => (await system.backend.post('/v3/webhooks/cometchat', body)).body.data;
/** Posts a webhook that becomes one event, and waits until it is done. */
async function post(body: unknown) {
  const { events } = await answerTo(body);
  expect(events).toHaveLength(1);
  return { ...events[0], counts: await system.done(events[0].id) };
}
/** Andrew's message to George, with what moderation says of it at each place where bodies have it. */
function moderated(
  id: string,
  status: string,
  place: 'content' | 'message' | 'data' = 'content',
  trigger = 'message_sent',
) {
  const plain = cc.message(id, 'hi');
  const moderation = { status };
  const message = {
    ...plain,
    ...(place === 'message' ? { moderation } : {}),
    data: { ...plain.data, ...(place === 'content' ? { moderation } : {}) },
  };
  return cc.webhook(trigger, { message, ...(place === 'data' ? { moderation } : {}) });
}
const engineWorks = () => answerTo(cc.webhook('moderation_engine_failed', {}));
const engineRests = () => system.redis.redis.del(`moderation:{${system.appId}}`);
const trace = async (id: string) =>
  (await system.backend.get(`/v3/events/cc:message_sent:${id}/recipients/${GEORGE.uid}`)).body.data;

test.each(['content', 'message', 'data'] as const)(
  'a disapproved message (in the %s) is suppressed with its reason, and not unread',
  async (place) => {
    const { counts } = await post(moderated(`d-${place}`, 'disapproved', place));
    expect(counts).toMatchObject({ audience: 1, planned: 0, suppressed: { MODERATION_DISAPPROVED: 1 } });
    expect(await trace(`d-${place}`)).toMatchObject({
      decision: 'suppressed',
      reason: 'MODERATION_DISAPPROVED',
      sentence: "Not sent: the chat backend's moderation disapproved the message.",
    });
    expect(told(system)).toEqual([]);
    const repeat = await answerTo(moderated(`d-${place}`, 'disapproved', place));
    expect(repeat.events).toMatchObject([{ status: 'duplicate' }]);
    await post(cc.sent(`after-${place}`, 'hi'));
    await system.backend.post(`/v3/messages/after-${place}/read?uid=${GEORGE.uid}`, undefined);
    expect(received(system)[0]?.details.unreadMessageCount).toBe(1);
  },
);

test('an approved message is sent, and a repeat of it is a duplicate', async () => {
  await post(moderated('a-1', 'approved'));
  expect((await answerTo(moderated('a-1', 'approved'))).events).toMatchObject([{ status: 'duplicate' }]);
  expect(told(system)).toEqual([HI]);
});

test.each([
  ['message_sent', 'a message that was sent'],
  ['message_edited', 'an edit'],
  ['moderation_engine_blocked', 'the engine'],
])('a disapproval that comes later, by %s, takes the message back', async (trigger) => {
  await post(moderated(`l-${trigger}`, 'approved'));
  await post(moderated(`l-${trigger}`, 'disapproved', 'content', trigger));
  expect(told(system)).toEqual([DELETED, HI].sort());
  expect(new Set(received(system).map(({ details }) => details.tag))).toEqual(new Set([`l-${trigger}`]));
});

describe('a pending message', () => {
  test('is sent at once where no moderation engine has been heard of for 7 days', async () => {
    await engineRests();
    await post(moderated('p-1', 'pending'));
    expect(told(system)).toEqual([HI]);
  });

  test('is sent at once where the app is set so', async () => {
    await engineWorks();
    await set(system, { moderation: { pending: 'send' } });
    await post(moderated('p-2', 'pending'));
    expect(told(system)).toEqual([HI]);
  });

  test.each(['message_sent', 'moderation_engine_approved', 'moderation_manual_approved'])(
    'waits, and is released by %s as the same event, once',
    async (trigger) => {
      await engineWorks();
      const id = `w-${trigger}`;
      await answerTo(moderated(id, 'pending'));
      expect(
        await until(async () => ((await trace(id)).reason === 'moderation' ? trace(id) : undefined), 'it waits'),
      ).toMatchObject({
        decision: 'not_decided_yet',
        sentence: expect.stringContaining('is waiting for moderation'),
      });
      expect(told(system)).toEqual([]);
      const { status, counts, id: released } = await post(moderated(id, 'approved', 'content', trigger));
      expect([released, status]).toEqual([`cc:message_sent:${id}`, 'accepted']);
      expect(counts).toMatchObject({ audience: 1, accepted: 1 });
      expect((await answerTo(moderated(id, 'approved', 'content', trigger))).events).toMatchObject([
        { status: 'duplicate' },
      ]);
      expect(told(system)).toEqual([HI]);
    },
  );

  test('that is an edit waits although the message was approved, and is released by its own approval', async () => {
    await engineWorks();
    await answerTo(moderated('edit-1', 'pending'));
    await post(moderated('edit-1', 'approved'));
    const edit = (status: string) => {
      const plain = cc.message('edit-1', 'new');
      const message = { ...plain, editedAt: cc.AT + 5, data: { ...plain.data, moderation: { status } } };
      return cc.webhook('message_edited', { message });
    };
    const { events } = await answerTo(edit('pending'));
    const path = `/v3/events/${events[0].id}/recipients/${GEORGE.uid}`;
    const reason = async () => (await system.backend.get(path)).body.data.reason;
    await until(async () => (await reason()) === 'moderation', 'the edit waits');
    expect((await answerTo(edit('approved'))).events).toMatchObject([{ status: 'accepted' }]);
    expect(await system.done(events[0].id)).toMatchObject({ accepted: 1 });
    expect(received(system).map(({ details }) => details.body)).toEqual(['hi', 'new']);
  });

  test('that is disapproved is suppressed, and there is nothing to take back', async () => {
    await engineWorks();
    await answerTo(moderated('x-1', 'pending'));
    await post(moderated('x-1', 'disapproved', 'content', 'moderation_engine_blocked'));
    expect(await system.done('cc:message_sent:x-1')).toMatchObject({ suppressed: { MODERATION_DISAPPROVED: 1 } });
    expect(told(system)).toEqual([]);
  });

  test('waits until its deadline at most, which runs from receipt', async () => {
    await engineWorks();
    await set(system, { deadlines: { message: { leaveMs: 1000, holdMs: 1000 } } });
    const { counts } = await post(moderated('t-1', 'pending'));
    expect(counts).toMatchObject({ audience: 1, planned: 0, suppressed: { MODERATION_PENDING: 1 } });
    expect(await trace('t-1')).toMatchObject({ reason: 'MODERATION_PENDING' });
    expect(told(system)).toEqual([]);
  });

  test('of our own events waits and is released alike, and explain says so', async () => {
    await engineWorks();
    const { message, ...rest } = aMessage();
    const event = (moderation: string) => ({ ...rest, message: { ...message, moderation } });
    const explain = async (moderation: string) =>
      (await system.backend.post('/v3/explain', { event: event(moderation), uid: 'bob' })).body.data;
    expect(await explain('pending')).toMatchObject({
      decision: 'waiting',
      sentence: expect.stringMatching(/^Would wait/),
    });
    expect(await explain('disapproved')).toMatchObject({ decision: 'suppressed', reason: 'MODERATION_DISAPPROVED' });
    await system.backend.post('/v3/events', event('pending'));
    expect(await tell(system, event('approved'))).toMatchObject({ accepted: 1 });
    expect(told(system)).toEqual(['bob: hi']);
  });
});

test('the log has a row with the reason for what moderation kept back', async () => {
  await system.backend.put('/v3/notifications/v1/logs', { enabled: true });
  await post(moderated('log-1', 'disapproved'));
  const { body } = await system.backend.get('/v3/notifications/v1/logs?reason=MODERATION_DISAPPROVED');
  expect(body.data).toMatchObject([{ reason: 'MODERATION_DISAPPROVED', member: GEORGE.uid }]);
});
