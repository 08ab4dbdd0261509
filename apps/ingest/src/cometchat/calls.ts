import { type CallEvent, conversationKeyOf } from '@fanfare/core';
import { z } from 'zod';
import { webhookEventId } from './event-id.ts';
import { conversationFrom, senderOf } from './participants.ts';
import { type Reader, reader } from './reader.ts';
import { type Context, type Found, type Lookup, ready, type Translation } from './translation.ts';
import { ADDRESSING, Entity, MaybeId, tolerant, WireId, WireTime } from './wire.ts';

/** CometChat uses both spellings (docs/rules/cometchat.md#call-webhooks). */
const SESSION = { sessionid: MaybeId, sessionId: MaybeId };

const Call = z
  .object({
    ...ADDRESSING,
    ...SESSION,
    id: MaybeId,
    type: z.enum(['audio', 'video']),
    sentAt: WireTime,
    data: tolerant(
      z.object({
        ...SESSION,
        entities: tolerant(
          z.object({ by: Entity, for: Entity, on: tolerant(z.object({ entity: z.object(SESSION) })) }),
        ),
      }),
    ),
  })
  .transform((call) => {
    const holders = [call.data?.entities?.on?.entity, call.data, call];
    const sessions = holders.map((holder) => holder?.sessionid ?? holder?.sessionId);
    return { ...call, session: sessions.find((session) => session !== undefined) };
  });
type Call = z.output<typeof Call>;

const Initiated = z.object({
  call: Call.refine((call) => call.session !== undefined, {
    path: ['data', 'entities', 'on', 'entity', 'sessionid'],
    error: 'is missing',
  }),
});

/** `call_initiated`: the only call trigger that is complete. */
export const readInitiated: Reader = reader(Initiated, ({ call }, context) => {
  const actor = call.data?.entities?.by?.id ?? call.sender;
  return ready(eventOf('call.initiated', call, actor, { id: call.id, sessionId: call.session as string }, context));
});

type State = 'call.cancelled' | 'call.rejected' | 'call.unanswered' | 'call.busy';

/** The states of a call: the session is often missing, and the actor may have to be inferred. */
export const readState = (type: State): Reader =>
  reader(z.object({ call: Call }), ({ call }, context) => ({
    needs: needsOf(call),
    complete: (found) => complete(type, call, context, found.call),
  }));

/** Looks up the call even if the session is known, since all its states must use the tag it rang with. */
const needsOf = (call: Call): Lookup =>
  call.session === undefined
    ? {
        kind: 'last_call',
        conversationId: conversationKeyOf(call.sender, { type: call.receiverType, id: call.receiver }),
      }
    : { kind: 'session', sessionId: call.session };

function complete(type: State, call: Call, context: Context, known: Found['call']): Translation {
  const sessionId = call.session ?? known?.sessionId;
  if (sessionId === undefined) return { events: [], reason: 'unknown_call' };
  const id = known ? known.callId : call.id;
  return { events: [eventOf(type, call, actorOf(type, call, known), { id, sessionId }, context)] };
}

/**
 * The user who acted. Callers do not reject their own calls: if the body names the caller as sender, it was the callee.
 */
function actorOf(type: State, call: Call, known: Found['call']): string {
  const by = call.data?.entities?.by?.id;
  if (by !== undefined) return by;
  const answered = type === 'call.rejected' || type === 'call.busy';
  return answered && call.receiverType === 'user' && call.sender === known?.caller ? call.receiver : call.sender;
}

function eventOf(
  type: CallEvent['type'],
  call: Call,
  actor: string,
  ref: { id: string | undefined; sessionId: string },
  { trigger, now }: Context,
): CallEvent {
  const profiles = [call.data?.entities?.by, call.data?.entities?.for];
  return {
    id: webhookEventId(trigger, [call.id ?? ref.sessionId, call.sentAt]),
    type,
    sentAt: call.sentAt ?? now,
    sender: senderOf(actor, profiles),
    conversation: conversationFrom(actor, call, profiles),
    call: { ...ref, type: call.type },
  };
}

const Session = z.object({ sessionId: WireId, created_at: WireTime, destroyed_at: WireTime });

/** `call_started`, `call_ended`: only a session and a time. The caller counts as the sender. */
export const readSession = (type: 'call.ongoing' | 'call.ended'): Reader =>
  reader(Session, ({ sessionId, ...times }, { trigger, now }) => {
    const at = type === 'call.ongoing' ? times.created_at : times.destroyed_at;
    const eventWith = (call: NonNullable<Found['call']>): CallEvent => ({
      id: webhookEventId(trigger, [sessionId, at]),
      type,
      sentAt: at ?? now,
      sender: { uid: call.caller },
      conversation: call.conversation,
      call: { id: call.callId, sessionId, type: call.type },
    });
    return {
      needs: { kind: 'session', sessionId },
      complete: ({ call }) => (call ? { events: [eventWith(call)] } : { events: [], reason: 'unknown_call' }),
    };
  });
