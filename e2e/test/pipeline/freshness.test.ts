import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register, VOIP, WEB } from '../support/devices.ts';
import { aCall, aGroupMessage, aMessage } from '../support/events.ts';
import { startProcess } from '../support/process.ts';
import { received, set, tell } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

/** The shortest the settings take. */
const SHORT = { leaveMs: 1000, holdMs: 1000 };
const DEADLINES = { callInitiated: SHORT, callState: SHORT, message: SHORT, update: SHORT };
const HOUR = 3_600_000;

const EXPIRED = { planned: 1, accepted: 0, rejected: 0, superseded: 0, pending: 0, expired: 1 };

/** When the moment is over by which everything accepted until now should have been sent. */
const past = (moment: number) => until(() => Date.now() > moment, 'the deadline passes');

/** News of every class, for bob. */
const news = () => [
  aMessage(),
  aMessage({ message: { id: 'reply', type: 'text', text: 'hi <@uid:bob>', parentId: '1' } }),
  aMessage({
    type: 'reaction.added',
    message: undefined,
    reaction: { id: 'r-1', reaction: '😎', messageId: '1', messageSender: 'bob' },
  }),
  aGroupMessage('hiking', { type: 'group.member_left', message: undefined, members: [{ uid: 'alice' }] }),
  aCall(),
  aCall({ type: 'call.ongoing' }),
];

/** A system whose news is good for a second; only alice and bob are in the group. */
async function startHurried(options: Parameters<typeof startSystem>[0]): Promise<System> {
  const system = await startSystem(options);
  await system.backend.tellGroupActions();
  await set(system, { deadlines: DEADLINES });
  await system.backend.put('/v3/groups/hiking', {});
  await system.backend.loadMembers('hiking', ['alice', 'bob']);
  return system;
}

test.each<['fanout' | 'sender', ('fanout' | 'sender')[]]>([
  ['fanout', []],
  ['sender', ['fanout']],
])(
  'what waited for the %s for too long is not sent, and counted as expired',
  async (_, apps) => {
    await using system = await startHurried({ apps });
    const events = news();
    const { body } = await system.backend.post('/v3/events', events);
    expect(body.data.events.map(({ status }: { status: string }) => status)).toEqual(events.map(() => 'accepted'));
    await past(Date.now() + 1000);
    await using _fanout = await startProcess('fanout', system.env);
    await using _sender = await startProcess('sender', system.env);
    for (const event of events) expect([event, await system.done(event.id)]).toMatchObject([event, EXPIRED]);
    expect(system.hook.counts().received).toBe(0);
    const fresh = aMessage();
    expect(await tell(system, fresh)).toMatchObject({ accepted: 1 });
    expect(received(system).map(({ details }) => details.tag)).toEqual([fresh.message.id]);
  },
  60_000,
);

test('a call that began an hour ago does not ring, and its end is not told', async () => {
  await using system = await startSystem();
  const sentAt = Date.now() - HOUR;
  for (const type of ['call.initiated', 'call.cancelled', 'call.ended']) {
    expect(await tell(system, aCall({ type, sentAt }))).toMatchObject(EXPIRED);
  }
  expect(system.hook.counts().received).toBe(0);
});

test('a call of a clock that is ahead rings, and for no longer than another', async () => {
  await using system = await startSystem();
  await addPushProviders(system);
  await register(system, await logIn(system), VOIP);
  const posted = Date.now();
  expect(await tell(system, aCall({ sentAt: posted + HOUR }))).toMatchObject({ accepted: 2 });
  const expiration = Number(system.hooks.apns.requests()[0]?.headers['apns-expiration']);
  expect(expiration).toBeLessThanOrEqual(Math.ceil((Date.now() + 30_000) / 1000));
  expect(expiration).toBeGreaterThanOrEqual(Math.floor((posted + 30_000) / 1000));
});

test('a message that came late to us is news all the same', async () => {
  await using system = await startSystem();
  expect(await tell(system, aMessage({ sentAt: Date.now() - 24 * HOUR }))).toMatchObject({ accepted: 1 });
});

test('no one is notified of a change of a message that expired', async () => {
  await using system = await startHurried({ apps: ['fanout'] });
  const message = aMessage();
  await system.backend.post('/v3/events', message);
  await past(Date.now() + 1000);
  await using _sender = await startProcess('sender', system.env);
  expect(await system.done(message.id)).toMatchObject(EXPIRED);
  const edit = aMessage({ type: 'message.edited', message: message.message });
  expect(await tell(system, edit)).toMatchObject({ audience: 0, planned: 0 });
});

test('every payload says when it happened, as the event says it', async () => {
  await using system = await startSystem();
  await addPushProviders(system);
  await register(system, await logIn(system), ANDROID);
  await register(system, await logIn(system), WEB);
  await register(system, await logIn(system), IPHONE, VOIP);
  const [message, ring] = [aMessage(), aCall()];
  await tell(system, message);
  await tell(system, ring);
  const sentAts = { message: String(message.sentAt), ring: String(ring.sentAt) };
  const fcm = system.hooks.fcm.requests().map(({ json }) => (json as { message: { data: object } }).message.data);
  const apns = system.hooks.apns.requests().map(({ json }) => json as object);
  const payloads = [...received(system).map(({ details }) => details), ...fcm, ...apns];
  const times = payloads.map((payload) => {
    const { type, sentAt } = payload as { type: string; sentAt: string };
    return `${type} ${sentAt}`;
  });
  expect(times.filter((time) => time === `chat ${sentAts.message}`)).toHaveLength(4);
  expect(times.filter((time) => time === `call ${sentAts.ring}`)).toHaveLength(4);
  expect(times).toHaveLength(8);
});
