import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register, VOIP } from '../support/devices.ts';
import { aCall } from '../support/events.ts';
import { startProcess } from '../support/process.ts';
import { set, tell } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

type Ring = ReturnType<typeof aCall>;

const BOB = { uid: 'bob', name: 'Bob' };
const ALICE = { type: 'user', id: 'alice', name: 'Alice' };

/** A later state of a call that alice made to bob: what bob does, or alice. */
function next(state: string, { call, sender, conversation }: Ring, more: object = {}) {
  const byBob = ['ongoing', 'rejected', 'busy'].includes(state);
  const route = byBob ? { sender: BOB, conversation: ALICE } : { sender, conversation };
  return aCall({ type: `call.${state}`, ...route, call: { ...call, ...more } });
}

/** What went to which iPhone: token, kind of push, state of the call. */
const toApple = ({ hooks }: System): string[] =>
  hooks.apns
    .requests()
    .map(({ token, headers, json }) => {
      const { callAction } = json as { callAction: string };
      return `${token} ${headers['apns-push-type']} ${callAction}`;
    })
    .sort();

const toAndroid = ({ hooks }: System): string[] =>
  hooks.fcm
    .requests()
    .map(({ json }) => (json as { message: { data: { callAction: string } } }).message.data.callAction);

const forget = ({ hooks, hook }: System): void => {
  hook.clear();
  hooks.apns.clear();
  hooks.fcm.clear();
};

describe('a call that rang', () => {
  let system: System;
  /** `id` of the auth token of bob's iPhone. */
  let iphone: string;
  beforeAll(async () => {
    system = await startSystem();
    await addPushProviders(system);
    await register(system, await logIn(system), IPHONE, VOIP);
    iphone = (await system.backend.get('/v3/users/bob/auth_tokens')).body.data[0].id;
    // A phone with a VoIP token alone, and an Android phone.
    await register(system, await logIn(system), { ...VOIP, voipToken: 'tok_voip_alone' });
    await register(system, await logIn(system), ANDROID);
  });
  afterAll(() => system[Symbol.asyncDispose]());
  beforeEach(() => forget(system));

  async function ringOut(changes: object = {}): Promise<Ring> {
    const ring = aCall(changes);
    expect(await tell(system, ring)).toMatchObject({ planned: 4, accepted: 4 });
    expect(toApple(system)).toEqual(['tok_voip voip initiated', 'tok_voip_alone voip initiated']);
    forget(system);
    return ring;
  }

  test.each(['ongoing', 'rejected', 'busy', 'cancelled', 'unanswered', 'ended'])(
    'stops by the channel it rang on when it is %s, and only once by VoIP',
    async (state) => {
      const ring = await ringOut();
      await tell(system, next(state, ring));
      expect(toApple(system)).toEqual([`tok_voip voip ${state}`, `tok_voip_alone voip ${state}`]);
      expect(toAndroid(system)).toEqual([state]);
      forget(system);
      await tell(system, next('ended', ring));
      expect(toApple(system)).toEqual(['tok_iphone background ended']);
      expect(toAndroid(system)).toEqual(['ended']);
    },
  );

  test.each(['unanswered', 'ended'])('stops when the one it rings for says that it is %s', async (state) => {
    const ring = await ringOut();
    const { call } = ring;
    await tell(system, aCall({ type: `call.${state}`, call, sender: BOB, conversation: ALICE }));
    expect(toApple(system)).toEqual([`tok_voip voip ${state}`, `tok_voip_alone voip ${state}`]);
  });

  test('leaves the device alone that answered, where its session is known', async () => {
    const ring = await ringOut();
    await tell(system, next('ongoing', ring, { deviceSession: iphone }));
    expect(toApple(system)).toEqual(['tok_voip_alone voip ongoing']);
    expect(toAndroid(system)).toEqual(['ongoing']);
    forget(system);
    await tell(system, next('ended', ring));
    expect(toApple(system)).toEqual(['tok_iphone background ended']);
  });

  test('is not ended by what the app keeps to itself, but by the next state', async () => {
    await set(system, { preferences: { call: { ongoingSetting: 1 } } });
    const ring = await ringOut();
    expect(await tell(system, next('ongoing', ring))).toMatchObject({ suppressed: { CALL_PREFERENCE: 2 } });
    await tell(system, next('ended', ring));
    expect(toApple(system)).toEqual(['tok_voip voip ended', 'tok_voip_alone voip ended']);
    await set(system, { preferences: { call: { ongoingSetting: 2 } } });
  });

  test('says so before it is posted, and does not use up the end by saying it', async () => {
    const ring = await ringOut();
    const platforms = async (event: object): Promise<string[]> => {
      const { body } = await system.backend.post('/v3/explain', { event, uid: 'bob' });
      return body.data.targets.map(({ platform }: { platform?: string }) => platform ?? 'webhook').sort();
    };
    const byVoip = ['apns_ios_voip', 'apns_ios_voip', 'fcm_android', 'webhook'];
    expect(await platforms(next('rejected', ring))).toEqual(byVoip);
    await tell(system, next('rejected', ring));
    expect(toApple(system)).toEqual(['tok_voip voip rejected', 'tok_voip_alone voip rejected']);
    expect(await platforms(next('ended', ring))).toEqual(['apns_ios_device', 'fcm_android', 'webhook']);
  });

  test('is ended by alert, never by VoIP, when it can no longer be showing', async () => {
    await set(system, { deadlines: { callInitiated: { leaveMs: 1000, holdMs: 1000 } } });
    const ring = await ringOut();
    await until(() => Date.now() > ring.sentAt + 6000, 'the ring no longer shows');
    await tell(system, next('cancelled', ring));
    expect(toApple(system)).toEqual(['tok_iphone alert cancelled']);
    await set(system, { deadlines: { callInitiated: null } });
  });
});

test('in a group a member who joins stops their own devices; the others ring on until it ends', async () => {
  await using system = await startSystem();
  await addPushProviders(system);
  await system.backend.put('/v3/groups/hiking', {});
  await system.backend.loadMembers('hiking', ['alice', 'bob', 'carol']);
  await register(system, await logIn(system), IPHONE, VOIP);
  const ofCarol = { iphone: { ...IPHONE, deviceToken: 'tok_carol' }, voip: { ...VOIP, voipToken: 'tok_carol_voip' } };
  await register(system, await logIn(system, 'carol'), ofCarol.iphone, ofCarol.voip);
  const conversation = { type: 'group', id: 'hiking' };
  const ring = aCall({ conversation });
  await tell(system, ring);
  forget(system);
  const later = (state: string, uid: string) =>
    aCall({ type: `call.${state}`, call: ring.call, sender: { uid }, conversation });
  await tell(system, later('ongoing', 'bob'));
  expect(toApple(system)).toEqual(['tok_carol background ongoing', 'tok_voip voip ongoing']);
  forget(system);
  await tell(system, later('ended', 'alice'));
  expect(toApple(system)).toEqual(['tok_carol_voip voip ended', 'tok_iphone background ended']);
});

test('a ring that a sender took and did not live to record has rung: it is ended by VoIP', async () => {
  await using system = await startSystem({ apps: [] });
  await addPushProviders(system);
  await system.backend.delete('/v3/notifications/push/v1/providers/custom');
  await register(system, await logIn(system), IPHONE, { ...VOIP, voipToken: 'tok_hang_voip' });
  const ring = aCall();
  await using fanout = await startProcess('fanout', system.env);
  await using sender = await startProcess('sender', system.env);
  await system.backend.post('/v3/events', ring);
  await until(() => toApple(system).length > 0, 'the ring has left');
  await Promise.all([sender.kill(), fanout.kill()]);
  const end = next('cancelled', ring);
  await system.backend.post('/v3/events', end);
  await using _sender = await startProcess('sender', system.env);
  expect(await system.done(ring.id)).toMatchObject({ planned: 1, superseded: 1 });
  forget(system);
  await using _fanout = await startProcess('fanout', system.env);
  await until(() => toApple(system).length > 0, 'its end has left');
  expect(toApple(system)).toEqual(['tok_hang_voip voip cancelled']);
  const { body } = await system.backend.get(`/v3/events/${ring.id}/recipients/bob`);
  expect(body.data.targets).toMatchObject([{ state: 'superseded', attempts: [{ outcome: 'unknown' }] }]);
});

test('a ring that waits to be tried again is not sent once the call was answered elsewhere', async () => {
  await using system = await startSystem({ apps: ['fanout'] });
  const ring = aCall();
  await system.backend.post('/v3/events', ring);
  const isPlanned = async () =>
    (await system.backend.get(`/v3/events/${ring.id}`)).body.data.state === 'delivering' || undefined;
  await until(isPlanned, 'the ring is planned');
  await system.backend.post('/v3/events', next('ongoing', ring));
  await using _sender = await startProcess('sender', system.env);
  expect(await system.done(ring.id)).toMatchObject({ planned: 1, accepted: 0, superseded: 1 });
});
