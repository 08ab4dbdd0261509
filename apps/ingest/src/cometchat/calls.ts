import { type CallEvent, conversationId } from '@fanfare/core';
import { z } from 'zod';
import { webhookEventId } from './event-id.ts';
import { conversationFrom, senderOf } from './participants.ts';
import { type Reader, reader } from './reader.ts';
import { type Context, type Found, type Lookup, ready, type Translation } from './translation.ts';
import { ADDRESSING, Entity, MaybeId, tolerant, WireId, WireTime } from './wire.ts';

/** The spelling differs from place to place (docs/rules/cometchat.md#call-webhooks). */
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
    const places = [call.data?.entities?.on?.entity, call.data, call];
    const sessions = places.map((place) => place?.sessionid ?? place?.sessionId);
    return { ...call, session: sessions.find((session) => session !== undefined) };
  });
type Call = z.output<typeof Call>;

const Initiated = z.object({
  call: Call.refine((call) => call.session !== undefined, {
    path: ['data', 'entities', 'on', 'entity', 'sessionid'],
    error: 'is missing',
  }),
});

/** `call_initiated`: the one trigger about a call that has everything. */
export const readInitiated: Reader = reader(Initiated, ({ call }, context) => {
  const actor = call.data?.entities?.by?.id ?? call.sender;
  return ready(eventOf('call.initiated', call, actor, { id: call.id, sessionId: call.session as string }, context));
});

type State = 'call.cancelled' | 'call.rejected' | 'call.unanswered' | 'call.busy';

/** The states of a call: often without session, and who acted may be left to be concluded. */
export const readState = (type: State): Reader =>
  reader(z.object({ call: Call }), ({ call }, context) => ({
    needs: needsOf(call),
    complete: (found) => complete(type, call, context, found.call),
  }));

/** Looked up even where the session is known: all states of a call have the tag it rang with. */
const needsOf = (call: Call): Lookup =>
  call.session === undefined
    ? {
        kind: 'last_call',
        conversationId: conversationId(call.sender, { type: call.receiverType, id: call.receiver }),
      }
    : { kind: 'session', sessionId: call.session };

function complete(type: State, call: Call, context: Context, known: Found['call']): Translation {
  const sessionId = call.session ?? known?.sessionId;
  if (sessionId === undefined) return { events: [], reason: 'unknown_call' };
  const id = known ? known.callId : call.id;
  return { events: [eventOf(type, call, actorOf(type, call, known), { id, sessionId }, context)] };
}

/** Who acted. Nobody rejects a call of their own: where the body has the caller as sender, it was the other. */
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

/** `call_started`, `call_ended`: a session and a time, no people. They come from the caller. */
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
