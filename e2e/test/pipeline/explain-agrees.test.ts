import { findEvent, findPlanned, type PlannedTrace } from '@fanfare/ledger';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ANDROID, addPushProviders, logIn, register, VOIP } from '../support/devices.ts';
import { aGroupMessage, aMessage } from '../support/events.ts';
import { type System, startSystem } from '../support/system.ts';

const USERS = ['ann', 'bob', 'carol', 'dave', 'erin'];
const MUTES = '/v3/notifications/v1/preferences/mute';
const PREFERENCES = '/v3/notifications/v1/preferences';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.backend.tellGroupActions();
  await addPushProviders(system);
  await register(system, await logIn(system), ANDROID, VOIP);
});
afterAll(() => system[Symbol.asyncDispose]());

const explain = async (event: object, uid: string) =>
  (await system.backend.post('/v3/explain', { event, uid })).body.data;

/** What fan-out has planned for a user; undefined: they were not among the recipients. */
async function plannedFor(eventId: string, uid: string): Promise<PlannedTrace | undefined> {
  const ref = await findEvent(system.redis.redis, system.appId, eventId);
  if (!ref) throw new Error(`${eventId} is not stored`);
  return findPlanned(system.redis.redis, ref, uid);
}

/** One thing that happens in a chat: numbers choose the user, and what it is about among what happened before. */
interface Happening {
  what:
    | 'message'
    | 'direct'
    | 'edit'
    | 'delete'
    | 'react'
    | 'unreact'
    | 'join'
    | 'leave'
    | 'kick'
    | 'block'
    | 'unblock'
    | 'mute'
    | 'unmute'
    | 'allReactions'
    | 'ring'
    | 'groupRing'
    | 'cancel'
    | 'answer'
    | 'reject';
  user: number;
  other: number;
  about: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  what: fc.constantFrom(
    ...([
      'message',
      'message',
      'direct',
      'edit',
      'edit',
      'delete',
      'react',
      'react',
      'unreact',
      'join',
      'leave',
    ] as const),
    ...(['leave', 'kick', 'block', 'unblock', 'mute', 'unmute', 'allReactions', 'ring', 'groupRing'] as const),
    ...(['cancel', 'answer', 'reject'] as const),
  ),
  user: fc.nat(USERS.length - 1),
  other: fc.nat(USERS.length - 1),
  about: fc.nat(9),
});

/** A chat of its own, in which things happen. */
class Chat {
  readonly #guid: string;
  #serial = 0;
  readonly #messages: ReturnType<typeof aMessage>[] = [];
  readonly #reactions: { id: string; reaction: string; messageId: string; conversation: object; sender: object }[] = [];
  readonly #rings: { sessionId: string; conversation: { type: string; id: string }; sender: { uid: string } }[] = [];

  constructor(guid: string) {
    this.#guid = guid;
  }

  /** The event that a happening is, or undefined when it is none; what is no event is done to the registry at once. */
  async eventOf({ what, user, other, about }: Happening): Promise<object | undefined> {
    const uid = USERS[user] as string;
    const peer = USERS[other] as string;
    const sender = { uid };
    const id = `${this.#guid}-${++this.#serial}`;
    const sentAt = Date.now();
    const group = { type: 'group', id: this.#guid };
    const direct = { type: 'user', id: peer };
    const members = [{ uid: peer }];
    const pick = <T>(from: readonly T[]): T | undefined => from[about % Math.max(1, from.length)];
    const remember = <T>(list: T[], item: T): T => {
      list.push(item);
      return item;
    };
    switch (what) {
      case 'message':
        return remember(this.#messages, aGroupMessage(this.#guid, { id, sentAt, sender, message: textOf(id) }));
      case 'direct':
        if (uid === peer) return undefined;
        return remember(this.#messages, aMessage({ id, sentAt, sender, conversation: direct, message: textOf(id) }));
      case 'edit':
      case 'delete': {
        const original = pick(this.#messages);
        return original && { ...original, id, sentAt, type: what === 'edit' ? 'message.edited' : 'message.deleted' };
      }
      case 'react': {
        const message = pick(this.#messages);
        if (!message) return undefined;
        const about = { id: `r-${id}`, reaction: '👍', messageId: message.message.id };
        remember(this.#reactions, { ...about, conversation: message.conversation, sender });
        return { id, type: 'reaction.added', sentAt, sender, conversation: message.conversation, reaction: about };
      }
      case 'unreact': {
        const added = pick(this.#reactions);
        if (!added) return undefined;
        const { conversation, sender: by, ...reaction } = added;
        return { id, type: 'reaction.removed', sentAt, sender: by, conversation, reaction };
      }
      case 'join':
        return { id, type: 'group.member_joined', sentAt, sender, conversation: group, members: [sender] };
      case 'leave':
        return { id, type: 'group.member_left', sentAt, sender, conversation: group, members: [sender] };
      case 'kick':
        return { id, type: 'group.member_kicked', sentAt, sender, conversation: group, members };
      case 'block':
      case 'unblock':
        return { id, type: `user.${what}ed`, sentAt, sender, members };
      case 'mute':
      case 'unmute': {
        const conversations = [{ id: this.#guid, type: 'group', ...(what === 'mute' ? { until: null } : {}) }];
        await system.backend.call(what === 'mute' ? 'PUT' : 'DELETE', `${MUTES}?uid=${uid}`, { conversations });
        return undefined;
      }
      case 'allReactions': {
        const groupPreferences = { groupReactions: (about % 3) + 1 };
        await system.backend.patch(`${PREFERENCES}?uid=${uid}`, { groupPreferences });
        return undefined;
      }
      case 'ring':
      case 'groupRing': {
        if (what === 'ring' && uid === peer) return undefined;
        const conversation = what === 'ring' ? direct : group;
        const ring = remember(this.#rings, { sessionId: `s-${id}`, conversation, sender });
        return callEvent('call.initiated', { id, sentAt, ...ring });
      }
      case 'cancel': {
        const ring = pick(this.#rings);
        return ring && callEvent('call.cancelled', { id, sentAt, ...ring });
      }
      case 'answer':
      case 'reject': {
        const ring = pick(this.#rings);
        if (!ring) return undefined;
        const one = ring.conversation.type === 'user';
        const by = one ? { uid: ring.conversation.id } : sender;
        const conversation = one ? { type: 'user', id: ring.sender.uid } : ring.conversation;
        const type = what === 'answer' ? 'call.ongoing' : 'call.rejected';
        return callEvent(type, { id, sentAt, ...ring, sender: by, conversation });
      }
    }
  }
}

const textOf = (id: string) => ({ id: `msg-${id}`, type: 'text', text: 'hi' });

const callEvent = (
  type: string,
  { sessionId, ...more }: { id: string; sentAt: number; sessionId: string; conversation: object; sender: object },
) => ({ type, ...more, call: { sessionId, type: 'audio' } });

/** What explain says about a user, as the plan would have it. */
function foreseen({
  decision,
  reason,
  targets,
}: {
  decision: string;
  reason?: string;
  targets: { deviceId?: string }[];
}) {
  if (decision === 'sent') return { planned: 'send', devices: targets.map(({ deviceId }) => deviceId ?? 'webhook') };
  return decision === 'suppressed' ? { planned: 'suppress', reason } : { planned: 'nothing' };
}

function planned(trace: PlannedTrace | undefined, wasForeseen: object, type: string) {
  if (trace?.recipient.kind === 'send') {
    return { planned: 'send', devices: trace.recipient.targets.map(({ deviceId }) => deviceId ?? 'webhook') };
  }
  if (trace) return { planned: 'suppress', reason: trace.recipient.reason };
  // A member who asks for no reactions need not be walked: the plan leaves out what the decision would refuse.
  if (type === 'reaction.added' && 'reason' in wasForeseen && wasForeseen.reason === 'REACTIONS_PREFERENCE')
    return wasForeseen;
  return { planned: 'nothing' };
}

let chats = 0;

test('explain says of every user what fan-out then plans, whatever happened before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 6, maxLength: 14 }), async (history) => {
      const guid = `chat-${++chats}`;
      await system.backend.put(`/v3/groups/${guid}`, {});
      await system.backend.loadMembers(guid, USERS.slice(0, 4));
      const chat = new Chat(guid);
      for (const step of history) {
        const event = (await chat.eventOf(step)) as { id: string; type: string } | undefined;
        if (!event) continue;
        const said = await Promise.all(USERS.map(async (uid) => foreseen(await explain(event, uid))));
        const { status } = await system.backend.post('/v3/events', event);
        expect(status).toBe(202);
        await system.done(event.id);
        const plans = await Promise.all(USERS.map((uid) => plannedFor(event.id, uid)));
        const found = plans.map((trace, i) => planned(trace, said[i] as object, event.type));
        expect({ event, ...Object.fromEntries(USERS.map((uid, i) => [uid, said[i]])) }).toEqual({
          event,
          ...Object.fromEntries(USERS.map((uid, i) => [uid, found[i]])),
        });
      }
      // Blocks are between users, not in the chat: the next history starts without.
      for (const uid of USERS) await system.backend.delete(`/v3/users/${uid}/blockedusers`, { blockedUids: USERS });
    }),
    { numRuns: Number(process.env.EXPLAIN_RUNS ?? 12), seed: 7 },
  );
}, 240_000);

test('who left a group is not notified of an edit, and explain and trace say so', async () => {
  const guid = 'left-before-the-edit';
  await system.backend.put(`/v3/groups/${guid}`, {});
  await system.backend.loadMembers(guid, ['alice', 'bob', 'carol']);
  const message = aGroupMessage(guid);
  await system.backend.post('/v3/events', message);
  await system.done(message.id);
  await system.backend.delete(`/v3/groups/${guid}/members/bob`);
  const edit = { ...message, id: `${message.id}-edit`, type: 'message.edited' };
  expect(await explain(edit, 'bob')).toMatchObject({ decision: 'not_in_audience', reason: 'not_a_member' });
  expect(await explain(edit, 'carol')).toMatchObject({ decision: 'sent' });
  await system.backend.post('/v3/events', edit);
  expect(await system.done(edit.id)).toMatchObject({ audience: 1 });
  const trace = async (uid: string) => (await system.backend.get(`/v3/events/${edit.id}/recipients/${uid}`)).body.data;
  expect(await trace('carol')).toMatchObject({ decision: 'sent' });
  expect(await trace('bob')).toMatchObject({ decision: 'not_in_audience', reason: 'not_a_member' });
  expect((await trace('bob')).sentence).not.toContain('would be now');
});
