import { type Event, isMessage, isReaction } from '@fanfare/core';
import { findMessages, findReaction } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import type { IngestDeps } from '../deps.ts';

/**
 * Completes events from earlier ones or from those posted with them: the author of the message reacted to or quoted.
 * For a removed reaction, also the author known when it was added. What is unknown stays absent.
 */
export async function completeEvents(
  { queueRedis }: IngestDeps,
  appId: string,
  events: readonly Event[],
): Promise<Event[]> {
  const wanted = events.map(messageWithoutAuthor);
  const ids = [...new Set(wanted.filter((id) => id !== undefined))];
  if (ids.length === 0) return [...events];
  const found = await findMessages(queueRedis, appId, ids);
  const posted = authorsIn(events);
  const authors = new Map(ids.map((id, i) => [id, found[i]?.author ?? posted.get(id)]));
  const completed = events.map((event, i) => withAuthor(event, authors.get(wanted[i] ?? '')));
  return Promise.all(completed.map((event) => withAuthorWhenAdded(queueRedis, appId, event)));
}

async function withAuthorWhenAdded(queueRedis: Redis, appId: string, event: Event): Promise<Event> {
  if (event.type !== 'reaction.removed' || event.reaction.messageSender !== undefined) return event;
  return withAuthor(event, (await findReaction(queueRedis, appId, event.reaction.id))?.author);
}

const authorsIn = (events: readonly Event[]): Map<string, string> =>
  new Map(events.flatMap((event) => (event.type === 'message.sent' ? [[event.message.id, event.sender.uid]] : [])));

function messageWithoutAuthor(event: Event): string | undefined {
  if (isReaction(event)) return event.reaction.messageSender === undefined ? event.reaction.messageId : undefined;
  if (isMessage(event)) return event.message.quotedSender === undefined ? event.message.quotedMessageId : undefined;
  return undefined;
}

function withAuthor(event: Event, author: string | undefined): Event {
  if (author === undefined) return event;
  if (isReaction(event)) return { ...event, reaction: { ...event.reaction, messageSender: author } };
  if (isMessage(event)) return { ...event, message: { ...event.message, quotedSender: author } };
  return event;
}
