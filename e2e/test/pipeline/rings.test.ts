import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register, VOIP } from '../support/devices.ts';
import { aCall } from '../support/events.ts';
import { startProcess } from '../support/process.ts';
import { choose, mute, received, set, tell, told } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

/** The next state of a call that alice made to bob; `by` acts. */
const next = (type: string, ring: ReturnType<typeof aCall>, by: 'alice' | 'bob' = 'alice') =>
  aCall({
    type,
    call: ring.call,
    sender: by === 'alice' ? ring.sender : { uid: 'bob', name: 'Bob' },
    conversation: by === 'alice' ? ring.conversation : { type: 'user', id: 'alice', name: 'Alice' },
  });

/** What went to which device: token, kind of push, state of the call, text. */
const toApple = ({ hooks }: System) =>
  hooks.apns.requests().map(({ token, headers, json }) => {
    const { callAction, body } = json as { callAction: string; body: string };
    return [token, headers['apns-push-type'], callAction, body];
  });

describe('a ring that has not been sent', () => {
  test.each(['cancelled', 'unanswered', 'rejected', 'busy', 'ended'])(
    'never is, once the call was %s',
    async (state) => {
      await using system = await startSystem({ apps: ['fanout'] });
      const ring = aCall();
      const end = next(`call.${state}`, ring, state === 'rejected' || state === 'busy' ? 'bob' : 'alice');
      await system.backend.post('/v3/events', ring);
      const planned = async () =>
        (await system.backend.get(`/v3/events/${ring.id}`)).body.data.state === 'delivering' || undefined;
      await until(planned, 'the ring is planned');
      await system.backend.post('/v3/events', end);
      await using _sender = await startProcess('sender', system.env);
      expect(await system.done(ring.id)).toMatchObject({ planned: 1, accepted: 0, superseded: 1 });
      const { planned: told, accepted } = await system.done(end.id);
      expect(accepted).toBe(told);
      expect(new Set(received(system).map(({ details }) => details.callAction))).toEqual(new Set([state]));
    },
  );

  test.each(['rejected', 'busy'])('in a group goes on for the others when one is %s', async (state) => {
    await using system = await startSystem({ apps: ['fanout'] });
    await system.backend.put('/v3/groups/hiking', {});
    await system.backend.loadMembers('hiking', ['alice', 'bob', 'carol']);
    const conversation = { type: 'group', id: 'hiking' };
    const ring = aCall({ conversation });
    const answer = aCall({ type: `call.${state}`, call: ring.call, sender: { uid: 'bob' }, conversation });
    await system.backend.post('/v3/events', [ring, answer]);
    await using _sender = await startProcess('sender', system.env);
    expect(await system.done(ring.id)).toMatchObject({ planned: 2, accepted: 2, superseded: 0 });
  });

  test('leaves a missed call, also where everything was down', async () => {
    await using system = await startSystem({ apps: [] });
    await addPushProviders(system);
    await register(system, await logIn(system), IPHONE, VOIP);
    const ring = aCall();
    const end = next('call.cancelled', ring);
    await system.backend.post('/v3/events', [ring, end]);
    await using _sender = await startProcess('sender', system.env);
    await using _fanout = await startProcess('fanout', system.env);
    expect(await system.done(ring.id)).toMatchObject({ planned: 2, accepted: 0, superseded: 2 });
    expect(await system.done(end.id)).toMatchObject({ planned: 2, accepted: 2 });
    expect(told(system)).toEqual(['bob: AUDIO CALL']);
  });
});

describe('a call', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
    await addPushProviders(system);
    await register(system, await logIn(system), IPHONE, VOIP);
    // Another phone of bob's, without VoIP.
    await register(system, await logIn(system), ANDROID, { ...IPHONE, deviceToken: 'tok_ipad' });
  });
  afterAll(() => system[Symbol.asyncDispose]());
  beforeEach(() => {
    system.hook.clear();
    system.hooks.apns.clear();
    system.hooks.fcm.clear();
  });

  test.each(['cancelled', 'unanswered'])('that is %s stops ringing by VoIP, and is missed elsewhere', async (state) => {
    const ring = aCall();
    expect(await tell(system, ring)).toMatchObject({ planned: 4, accepted: 4 });
    expect(toApple(system).sort()).toEqual([
      ['tok_ipad', 'alert', 'initiated', 'AUDIO CALL'],
      ['tok_voip', 'voip', 'initiated', 'AUDIO CALL'],
    ]);
    system.hooks.apns.clear();
    expect(await tell(system, next(`call.${state}`, ring))).toMatchObject({ planned: 4, accepted: 4 });
    expect(toApple(system).sort()).toEqual([
      ['tok_ipad', 'alert', state, 'Missed audio call'],
      ['tok_voip', 'voip', state, 'Missed audio call'],
    ]);
    const [first, last] = received(system).map(({ details }) => details);
    expect(last).toMatchObject({ title: 'Alice', tag: first?.tag, sessionId: ring.call.sessionId });
    const data = { callAction: state, body: 'Missed audio call', sessionId: ring.call.sessionId };
    expect(system.hooks.fcm.requests().at(-1)?.json).toMatchObject({ message: { data } });
  });

  test.each(['ongoing', 'ended'])('that is %s stops by VoIP, and in the background elsewhere', async (state) => {
    const ring = aCall();
    await tell(system, ring);
    system.hooks.apns.clear();
    expect(await tell(system, next(`call.${state}`, ring))).toMatchObject({ planned: 4, accepted: 4 });
    expect(toApple(system).sort()).toEqual([
      ['tok_ipad', 'background', state, 'AUDIO CALL'],
      ['tok_voip', 'voip', state, 'AUDIO CALL'],
    ]);
  });

  test('that the other rejects or is too busy for is told to who called', async () => {
    const ring = aCall();
    await tell(system, ring);
    for (const state of ['rejected', 'busy']) {
      system.hook.clear();
      await tell(system, next(`call.${state}`, ring, 'bob'));
      const toAlice = received(system).filter(({ uid }) => uid === 'alice');
      expect(toAlice).toMatchObject([{ details: { callAction: state, title: 'Bob' } }]);
    }
  });

  test('that is missed on a device that came since is no VoIP push there', async () => {
    const ring = aCall();
    await tell(system, ring);
    const login = await logIn(system);
    const voip = { ...VOIP, voipToken: 'tok_voip_new' };
    await register(system, login, { ...IPHONE, deviceToken: 'tok_new' }, voip);
    system.hooks.apns.clear();
    await tell(system, next('call.cancelled', ring));
    expect(toApple(system).map(([token, kind]) => `${token} ${kind}`)).toContain('tok_new alert');
    expect(toApple(system).map(([token]) => token)).not.toContain('tok_voip_new');
    await system.backend.delete(`/v3/users/bob/auth_tokens/${login}`);
  });
});

describe('whom a call reaches', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system[Symbol.asyncDispose]());

  const closed = { from: 0, to: 2359, dnd: true };
  const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  const calls = (call: object) => set(system, { preferences: { call } });

  test('is decided by Do Not Disturb, unless the app says otherwise', async () => {
    await choose(system, 'bob', { mutePreferences: { dnd: 2 } });
    expect(await tell(system, aCall())).toMatchObject({ suppressed: { DND_PREFERENCE: 1 } });
    await calls({ ignoreDnd: true });
    expect(await tell(system, aCall())).toMatchObject({ accepted: 1 });
    await choose(system, 'bob', { mutePreferences: { dnd: 1 } });
  });

  test('is decided by mutes, unless the app says otherwise', async () => {
    await mute(system, 'bob', { id: 'alice', type: 'oneOnOne' });
    expect(await tell(system, aCall())).toMatchObject({ suppressed: { MUTE_PREFERENCE: 1 } });
    await calls({ ignoreMute: true });
    expect(await tell(system, aCall())).toMatchObject({ accepted: 1 });
  });

  test('is not decided by schedules, unless the app says otherwise', async () => {
    const schedule = Object.fromEntries(DAYS.map((day) => [day, closed]));
    await choose(system, 'bob', { mutePreferences: { schedule } });
    expect(await tell(system, aCall())).toMatchObject({ accepted: 1 });
    await calls({ ignoreSchedule: false });
    expect(await tell(system, aCall())).toMatchObject({ suppressed: { SCHEDULE_PREFERENCE: 1 } });
    await calls({ ignoreSchedule: null });
  });

  test.each(['initiated', 'ongoing', 'cancelled', 'rejected', 'unanswered', 'busy', 'ended'])(
    'is decided by the setting of %s, whatever they chose',
    async (state) => {
      await calls({ [`${state}Setting`]: 1 });
      expect(await tell(system, aCall({ type: `call.${state}` }))).toMatchObject({
        suppressed: { CALL_PREFERENCE: 1 },
      });
      await calls({ [`${state}Setting`]: 2 });
      expect(await tell(system, aCall({ type: `call.${state}` }))).toMatchObject({ accepted: 1 });
    },
  );
});
