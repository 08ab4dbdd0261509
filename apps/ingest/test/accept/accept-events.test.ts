import type { Event } from '@fanfare/core';
import {
  claimDueEvents,
  findCall,
  findEvent,
  findMessage,
  isChangedSince,
  isRingOver,
  readEvent,
} from '@fanfare/ledger';
import { addMembers, readUser } from '@fanfare/store';
import { describe, expect, test } from '@jest/globals';
import { acceptEvents } from '../../src/accept/accept-events.ts';
import { alreadyParsed, offer } from '../../src/accept/offer.ts';
import type { IngestDeps } from '../../src/deps.ts';
import { NOW, privateDeps } from '../support/private-deps.ts';

const deps = await privateDeps({ BULK_AUDIENCE: '2' });

const toBob = { type: 'user', id: 'bob' };
const base = { sentAt: NOW, sender: { uid: 'alice' }, conversation: toBob };
const message = (id: string, changes: object = {}) => ({
  id: `m-${id}`,
  type: 'message.sent',
  ...base,
  message: { id, type: 'text', text: 'hi' },
  ...changes,
});
const reaction = (id: string, type: 'added' | 'removed') => ({
  id: `r-${id}-${type}`,
  type: `reaction.${type}`,
  ...base,
  sender: { uid: 'bob' },
  conversation: { type: 'user', id: 'alice' },
  reaction: { id, messageId: '1', reaction: '👍' },
});
const call = (type: string, conversation: object = toBob) => ({
  id: `c-${type}`,
  type: `call.${type}`,
  ...base,
  conversation,
  call: { id: '9', sessionId: 's9', type: 'audio' },
});

const accept = (...events: object[]) => acceptEvents(deps, 'demo', alreadyParsed(events.map(offer)));
/** An event as it was stored. */
async function stored(id: string) {
  const ref = await findEvent(deps.redis, 'demo', id);
  return ref && readEvent(deps.redis, ref);
}
const waiting = async (lane: 'call' | 'chat' | 'bulk') => (await deps.producer.depth('events', lane, 0, NOW)).waiting;

describe('posted events', () => {
  test('are each accepted, known already, or refused, and one spoils none of the others', async () => {
    await accept(message('1'));
    const results = await accept(message('1'), { id: 7, type: 'nonsense' }, message('2'));
    expect(results).toEqual([
      { id: 'm-1', status: 'duplicate' },
      { id: '7', status: 'rejected', error: { code: 'ERR_BAD_REQUEST', message: expect.stringMatching(/^type: /) } },
      { id: 'm-2', status: 'accepted' },
    ]);
    expect(await waiting('chat')).toBe(2);
  });

  test('give no record to the users they name', async () => {
    await accept(message('1'));
    expect([await readUser(deps.redis, 'demo', 'alice'), await readUser(deps.redis, 'demo', 'bob')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('go by the lane of their kind and of the size of their audience', async () => {
    await addMembers(deps.redis, 'demo', 'hiking', ['u1', 'u2', 'u3'], NOW);
    await accept(call('initiated'), message('1'), message('2', { conversation: { type: 'group', id: 'hiking' } }));
    expect([await waiting('call'), await waiting('chat'), await waiting('bulk')]).toEqual([1, 1, 1]);
  });

  test('of an app that is not there are refused', async () => {
    await expect(acceptEvents(deps, 'other', alreadyParsed([offer(message('1'))]))).rejects.toMatchObject({
      code: 'ERR_APP_NOT_FOUND',
    });
  });

  test('whose job cannot be queued are accepted all the same, and left to the sweeper', async () => {
    const refusing = { addEvents: () => Promise.reject(new Error('queue away')) };
    const broken = { ...deps, producer: refusing } as unknown as IngestDeps;
    expect(await acceptEvents(broken, 'demo', alreadyParsed([offer(message('1'))]))).toEqual([
      { id: 'm-1', status: 'accepted' },
    ]);
    const ref = await findEvent(deps.redis, 'demo', 'm-1');
    const later = { now: NOW + 3_600_000, again: NOW + 7_200_000 };
    expect(await claimDueEvents(deps.redis, 0, 'chat', later)).toEqual([ref]);
  });
});

describe('what an event leaves out is taken from those before it', () => {
  test('the author of the message that a reaction is on, also when both are posted at once', async () => {
    await accept(message('1'), reaction('1-bob', 'added'));
    expect(await stored('r-1-bob-added')).toMatchObject({ event: { reaction: { messageSender: 'alice' } } });
  });

  test('the author of a quoted message', async () => {
    await accept(message('1'));
    await accept(message('2', { message: { id: '2', type: 'text', text: 'yes', quotedMessageId: '1' } }));
    expect(await stored('m-2')).toMatchObject({ event: { message: { quotedSender: 'alice' } } });
  });

  test('and stays open where nothing is known', async () => {
    await accept(reaction('1-bob', 'added'));
    const event = (await stored('r-1-bob-added'))?.event as Extract<Event, { type: 'reaction.added' }>;
    expect(event.reaction.messageSender).toBeUndefined();
  });
});

describe('what later events need is remembered', () => {
  test('who wrote a message, and where', async () => {
    await accept(message('1'));
    expect(await findMessage(deps.redis, 'demo', '1')).toMatchObject({ author: 'alice', conversation: toBob });
  });

  test('that a message was deleted', async () => {
    await accept(message('1'), message('2'));
    const [first, second] = [await stored('m-1'), await stored('m-2')];
    await accept({ ...message('1'), id: 'd-1', type: 'message.deleted' });
    const superseded = async (of: typeof first) =>
      isChangedSince(deps.redis, 'demo', of?.event as never, of?.key ?? '');
    expect([await superseded(first), await superseded(second)]).toEqual([true, false]);
  });

  test.each([
    ['cancelled', toBob, true],
    ['rejected', toBob, true],
    ['rejected', { type: 'group', id: 'hiking' }, false],
    ['ongoing', toBob, true],
    ['ongoing', { type: 'group', id: 'hiking' }, false],
  ])('whether a ring is over: %s, in %j: %s', async (type, conversation, over) => {
    await accept(call('initiated', conversation));
    expect(await findCall(deps.redis, 'demo', 's9')).toMatchObject({ caller: 'alice' });
    await accept(call(type, conversation));
    expect(await isRingOver(deps.redis, 'demo', 's9', NOW)).toBe(over);
  });
});
