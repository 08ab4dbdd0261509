import * as fanout from '@fanfare/fanout/app';
import * as sender from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register, VOIP } from '../support/devices.ts';
import { aCall } from '../support/events.ts';
import { choose, received, tell, told } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

type Ring = ReturnType<typeof aCall>;

/** The next state of a call, by the user who brings it about. */
const next = (state: string, { call, conversation }: Ring) => aCall({ type: `call.${state}`, call, conversation });

/** What bob makes of the call alice made to him. */
const byBob = (state: string, { call }: Ring) =>
  aCall({
    type: `call.${state}`,
    call,
    sender: { uid: 'bob', name: 'Bob' },
    conversation: { type: 'user', id: 'alice', name: 'Alice' },
  });

/** What went to which iPhone: token, kind of push, state of the call. */
const toApple = ({ hooks }: System): string[] =>
  hooks.apns
    .requests()
    .map(({ token, headers, json }) => {
      const { callAction } = json as { callAction: string };
      return `${token} ${headers['apns-push-type']} ${callAction}`;
    })
    .sort();

const toAndroid = ({ hooks }: System) =>
  hooks.fcm
    .requests()
    .map(({ json }) => (json as { message: { data: { callAction: string } } }).message.data.callAction);

/** Waits until an event has been planned, and nothing more need have happened. */
const planned = ({ backend }: System, id: string) =>
  until(
    async () => (await backend.get(`/v3/events/${id}`)).body.data.state === 'delivering' || undefined,
    `${id} is planned`,
  );

describe('a ring that is overtaken before it is sent', () => {
  test('is missed, and ends on no phone by VoIP, where both wait to be planned', async () => {
    await using system = await startSystem({ apps: ['sender'] });
    await addPushProviders(system);
    await register(system, await logIn(system), IPHONE, VOIP);
    const ring = aCall();
    const end = next('cancelled', ring);
    await system.backend.post('/v3/events', [ring, end]);
    const planner = await fanout.start(fanout.readConfig(system.env));
    try {
      expect(await system.done(ring.id)).toMatchObject({ planned: 2, superseded: 2 });
      expect(await system.done(end.id)).toMatchObject({ planned: 2, accepted: 2 });
    } finally {
      await planner.close();
    }
    expect(toApple(system)).toEqual(['tok_iphone alert cancelled']);
    expect(told(system)).toEqual(['bob: AUDIO CALL']);
  });

  test('rings for the others of a group when one of them rejects it or is busy', async () => {
    await using system = await startSystem({ apps: ['fanout'] });
    await system.backend.put('/v3/groups/hiking', {});
    await system.backend.loadMembers('hiking', ['alice', 'bob', 'carol', 'dave']);
    const conversation = { type: 'group', id: 'hiking' };
    const ring = aCall({ conversation });
    await system.backend.post('/v3/events', ring);
    await planned(system, ring.id);
    const bob = { uid: 'bob', name: 'Bob' };
    for (const state of ['rejected', 'busy']) {
      await system.backend.post(
        '/v3/events',
        aCall({ type: `call.${state}`, call: ring.call, sender: bob, conversation }),
      );
    }
    const sending = await sender.start(sender.readConfig(system.env));
    try {
      expect(await system.done(ring.id)).toMatchObject({ planned: 3, accepted: 3, superseded: 0 });
    } finally {
      await sending.close();
    }
  });
});

describe('a call between two', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
    await addPushProviders(system);
    await register(system, await logIn(system), IPHONE, VOIP);
    await register(system, await logIn(system), ANDROID);
  });
  afterAll(() => system[Symbol.asyncDispose]());
  beforeEach(() => forget());

  const forget = () => {
    system.hook.clear();
    system.hooks.apns.clear();
    system.hooks.fcm.clear();
  };

  /** Rings on all of bob's phones, and forgets that it did. */
  async function ringOut(changes: object = {}): Promise<Ring> {
    const ring = aCall(changes);
    expect(await tell(system, ring)).toMatchObject({ planned: 3, accepted: 3 });
    forget();
    return ring;
  }

  test.each(['cancelled', 'unanswered'])('that is %s and never rang here is missed by alert', async (state) => {
    await tell(system, aCall({ type: `call.${state}` }));
    expect(toApple(system)).toEqual([`tok_iphone alert ${state}`]);
  });

  test('rings again in the same session, and ends where it rang last', async () => {
    const call = { sessionId: 'room-1', type: 'audio' };
    const carol = { type: 'user', id: 'carol', name: 'Carol' };
    const first = aCall({ call, conversation: carol });
    await tell(system, first);
    await tell(system, next('cancelled', first));
    const second = await ringOut({ call });
    await tell(system, next('cancelled', second));
    expect(toApple(system)).toEqual(['tok_voip voip cancelled']);
    expect(told(system)).toEqual(['bob: AUDIO CALL']);
  });

  test.each(['cancelled', 'unanswered', 'ended'])(
    'that rang stops when it is %s, also for who wants quiet now',
    async (state) => {
      const ring = await ringOut();
      await choose(system, 'bob', { mutePreferences: { dnd: 2 } });
      expect(await tell(system, next(state, ring))).toMatchObject({ planned: 3, accepted: 3, suppressed: {} });
      expect(await tell(system, aCall({ type: `call.${state}` }))).toMatchObject({ suppressed: { DND_PREFERENCE: 1 } });
      await choose(system, 'bob', { mutePreferences: { dnd: 1 } });
    },
  );

  test.each(['rejected', 'busy', 'ongoing'])('that is %s on one phone stops on the others', async (state) => {
    const ring = await ringOut();
    expect(await tell(system, byBob(state, ring))).toMatchObject({ audience: 2, planned: 4, accepted: 4 });
    expect(toApple(system)).toEqual([`tok_voip voip ${state}`]);
    expect(toAndroid(system)).toEqual([state]);
    expect(new Set(received(system).map(({ uid }) => uid))).toEqual(new Set(['alice', 'bob']));
  });

  test('that did not ring for who turns it down is news for the other only', async () => {
    expect(await tell(system, byBob('rejected', aCall()))).toMatchObject({ audience: 1, planned: 1, accepted: 1 });
    expect(received(system).map(({ uid }) => uid)).toEqual(['alice']);
  });

  test('is told so before it is posted', async () => {
    const explain = async (event: object, uid: string) =>
      (await system.backend.post('/v3/explain', { event, uid })).body.data;
    const ring = await ringOut();
    expect(await explain(byBob('rejected', ring), 'bob')).toMatchObject({ decision: 'sent' });
    expect(await explain(byBob('rejected', aCall()), 'bob')).toMatchObject({ reason: 'sender' });
    expect(await explain(next('cancelled', ring), 'alice')).toMatchObject({ reason: 'sender' });
    const { targets } = await explain(next('cancelled', ring), 'bob');
    expect(targets.map(({ platform }: { platform?: string }) => platform ?? 'webhook').sort()).toEqual([
      'apns_ios_voip',
      'fcm_android',
      'webhook',
    ]);
  });
});
