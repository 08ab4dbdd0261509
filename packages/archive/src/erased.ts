import { createHash } from 'node:crypto';
import type { LogFacts } from '@fanfare/core';
import type { ArchivedEvent, ArchivedRow } from './archived.ts';

/** Stands for an erased user where a row of another user names them. */
const ERASED = '[erased]';

/**
 * How the archive remembers who was erased, without their uid: events that are archived later may still name them.
 */
export const erasedId = (appId: string, uid: string): string =>
  createHash('sha256').update(`${appId}\n${uid}`).digest('hex');

/** Whether a user's traces in an event received at this time (epoch ms) are erased. */
export type IsErased = (uid: string, at: number) => boolean;

/** The users that the facts of an event name. */
export function namedIn({ sender, reactionSender, reactionReceiver, receiver, receiverType }: LogFacts): string[] {
  const named: (string | undefined)[] = [
    sender,
    reactionSender,
    reactionReceiver,
    receiverType === 'user' ? receiver : undefined,
  ];
  return [...new Set(named.filter((uid): uid is string => uid !== undefined && uid !== ERASED))];
}

/** The event without the users who were erased after it was received. */
export function eraseFrom(event: ArchivedEvent, isErased: IsErased): ArchivedEvent {
  const gone = namedIn(event.facts).filter((uid) => isErased(uid, event.at));
  if (gone.length === 0) return event;
  const facts = { ...event.facts };
  const hide = (name: 'sender' | 'reactionSender' | 'reactionReceiver' | 'receiver') => {
    if (facts[name] !== undefined && gone.includes(facts[name])) facts[name] = ERASED;
  };
  hide('sender');
  hide('reactionSender');
  hide('reactionReceiver');
  if (facts.receiverType === 'user') hide('receiver');
  return { ...event, facts };
}

/** The rows without those of erased users. */
export const eraseRows = (rows: readonly ArchivedRow[], at: number, isErased: IsErased): readonly ArchivedRow[] =>
  rows.some(({ uid }) => isErased(uid, at)) ? rows.filter(({ uid }) => !isErased(uid, at)) : rows;
