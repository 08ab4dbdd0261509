import type { CallEvent } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import { ANDREW, callState, ENDED, entity, GEORGE, HIKING, INITIATED, STARTED } from '../support/cometchat-samples.ts';
import { changed, needsOf, REMEMBERED, refusal, translate, translated } from './translate.ts';

const callEvent = (body: unknown, found = REMEMBERED) => translated(body, found) as CallEvent;
const ENTITIES = 'data.call.data.entities';

describe('a new call', () => {
  test.each(['sessionid', 'sessionId'])('has its session as "%s"', (spelling) => {
    const body = changed(INITIATED, `${ENTITIES}.on.entity`, { [spelling]: 's-1' });
    expect(callEvent(body).call.sessionId).toBe('s-1');
  });

  test('is refused without a session', () => {
    const body = changed(INITIATED, `${ENTITIES}.on.entity.sessionid`);
    expect(refusal(body)).toBe('data.call.data.entities.on.entity.sessionid: is missing');
  });

  test('may be in a group', () => {
    const group = changed(changed(INITIATED, 'data.call.receiverType', 'group'), 'data.call.receiver', HIKING.guid);
    const body = changed(group, `${ENTITIES}.for`, entity(HIKING));
    expect(callEvent(body).conversation).toMatchObject({ type: 'group', id: HIKING.guid, name: HIKING.name });
  });
});

describe('an unknown call', () => {
  test.each([callState('call_cancelled'), STARTED, ENDED])('is no event, and says so: $trigger', (body) => {
    expect(translate(body, {})).toEqual({ events: [], reason: 'unknown_call' });
  });

  test('is an event all the same where the body has the session', () => {
    const body = changed(callState('call_cancelled'), 'data.call.data.sessionId', 's-1');
    expect(needsOf(body)).toEqual({ kind: 'session', sessionId: 's-1' });
    expect(callEvent(body, {})).toMatchObject({
      sender: { uid: ANDREW.uid },
      conversation: { type: 'user', id: GEORGE.uid },
      call: { id: '124', sessionId: 's-1', type: 'audio' },
    });
  });
});

describe('a rejected or busy call', () => {
  test.each(['call_rejected', 'call_busy'])(
    '%s is by who was called, whichever way the body names the two',
    (trigger) => {
      for (const from of ['caller', 'called'] as const) {
        expect(callEvent(callState(trigger, from))).toMatchObject({
          sender: { uid: GEORGE.uid },
          conversation: { type: 'user', id: ANDREW.uid },
        });
      }
    },
  );

  test('is by the user its entities name', () => {
    const body = changed(callState('call_rejected', 'caller'), ENTITIES, { by: entity(GEORGE), for: entity(ANDREW) });
    expect(callEvent(body, { ...REMEMBERED })).toMatchObject({
      sender: { uid: GEORGE.uid, name: GEORGE.name },
      conversation: { type: 'user', id: ANDREW.uid, name: ANDREW.name },
    });
  });
});

test('a call that ended is an event in its group, from the caller', () => {
  const call = {
    ...REMEMBERED.call,
    type: 'video' as const,
    conversation: { type: 'group' as const, id: HIKING.guid },
  };
  expect(callEvent(ENDED, { call: call as typeof REMEMBERED.call })).toMatchObject({
    sender: { uid: ANDREW.uid },
    conversation: { type: 'group', id: HIKING.guid },
    call: { type: 'video' },
  });
});

test('all states of a call have the tag it rang with', () => {
  const bodies = [INITIATED, callState('call_unanswered'), callState('call_busy', 'called'), STARTED, ENDED];
  expect(bodies.map((body) => callEvent(body).call.id)).toEqual(Array(bodies.length).fill('123'));
  const untagged = { call: { ...REMEMBERED.call, callId: undefined } as typeof REMEMBERED.call };
  expect(callEvent(callState('call_unanswered'), untagged).call.id).toBeUndefined();
});
