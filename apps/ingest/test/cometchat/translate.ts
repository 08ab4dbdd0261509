import type { Event } from '@fanfare/core';
import { type Found, type Lookup, readCometChat, type Translation, toEvents } from '../../src/cometchat/index.ts';
import { ANDREW, GEORGE } from '../support/cometchat-samples.ts';

export const NOW = 1_800_000_000_000;

/** References to message 101, which George wrote, and to Andrew's call. */
export const REMEMBERED: Found = {
  message: { author: GEORGE.uid, conversation: { type: 'user', id: ANDREW.uid } },
  call: {
    sessionId: 'v1.123.aik2',
    callId: '123',
    type: 'audio',
    caller: ANDREW.uid,
    conversation: { type: 'user', id: GEORGE.uid },
  },
};

/** The translation of a body. @throws when it is refused. */
export function translate(body: unknown, found: Found = REMEMBERED): Translation {
  const reading = readCometChat(body, NOW);
  if (!reading.ok) throw reading.error;
  return toEvents(reading.read, found);
}

/** The one event of a body. @throws when there is another number of them. */
export function translated(body: unknown, found?: Found): Event {
  const [event, ...others] = translate(body, found).events;
  if (!event || others.length > 0) throw new Error('not one event');
  return event;
}

export function needsOf(body: unknown): Lookup | undefined {
  const reading = readCometChat(body, NOW);
  if (!reading.ok) throw reading.error;
  return reading.read.needs;
}

/** The error for a rejected body. */
export function refusal(body: unknown): string {
  const reading = readCometChat(body, NOW);
  if (reading.ok) throw new Error('was accepted');
  return reading.error.message;
}

type Json = Record<string, unknown>;

/** A copy of a body with another value at a path (`data.message.id`); undefined removes the field. */
export function changed<T>(body: T, path: string, value?: unknown): T {
  const copy = structuredClone(body);
  const keys = path.split('.');
  const last = keys.pop() as string;
  const place = keys.reduce((inner, key) => inner[key] as Json, copy as Json);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}
