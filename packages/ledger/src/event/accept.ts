import { createHash } from 'node:crypto';
import { type AcceptedEvent, type EventRef, eventKeyTime, type Lane } from '@fanfare/core';
import { acrossSlots } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { rankOf } from '../admission/admission.ts';
import { dayOf, LENGTH as ID_LENGTH, NAME_LENGTH } from '../buckets/bucket.ts';
import { aroundName, putAll } from '../buckets/buckets.ts';
import { keys } from '../keys.ts';
import { referenceTo } from '../references/reference.ts';
import { ACCEPT } from './accept.lua.ts';
import { locate } from './claim.ts';
import { type EncodedEvent, EventEncoder, linesOf, referenceIn } from './encoded-event.ts';

const HOUR = 3_600_000;

/** How long all data of an event is kept. */
export const RETENTION_MS: Record<Lane, number> = { call: 7 * 24 * HOUR, chat: 7 * 24 * HOUR, bulk: 24 * HOUR };

/** The result of offering an event. */
export interface Acceptance extends EventRef {
  /**
   * True when the id was taken within the last 24 hours: this event was not stored, and the ref is the earlier one's.
   */
  duplicate: boolean;
  /**
   * The lane to which the event's job must be added, for a duplicate as well: its job may have been lost. Undefined
   * while the event waits to be admitted, and once it is fully planned.
   */
  queueIn?: Lane | undefined;
  /** Its rank among the jobs of that lane, if it has one. */
  rank?: number | undefined;
}

/** An event to accept. */
export interface OfferedEvent {
  accepted: AcceptedEvent;
  /** Overrides `RETENTION_MS` for this event. */
  retentionMs?: number | undefined;
}

/** Events per script: the server does nothing else for a millisecond or two. */
const BATCH = 100;

/**
 * Stores events, each once per app and id; answers are in the order of the events. Once an answer is an `Acceptance`,
 * its event is as durable as the server's AOF setting allows. An error in its place means that the event may or may not
 * be stored, and retrying is safe; or that its key is that of another event: retry with a new key. No event of one app
 * affects those of another.
 * @param shards How many shards events are spread over now.
 * @param all How many shards may hold events.
 */
export async function acceptEncoded(
  redis: Redis,
  events: readonly EncodedEvent[],
  shards: number,
  all: number = shards,
): Promise<(Acceptance | Error)[]> {
  const locations =
    all === 1
      ? events.map(() => 0)
      : await Promise.all(events.map((event) => shardOf(redis, event, shards).catch((error: Error) => error)));
  const answers: (Acceptance | Error | undefined)[] = locations.map((found) =>
    found instanceof Error ? found : undefined,
  );
  await Promise.all(
    groupsOf(events, locations).map(async (group) => {
      const stored = await acceptGroup(redis, group, events).catch((error: Error) => group.members.map(() => error));
      for (const [n, i] of group.members.entries()) answers[i] = stored[n];
    }),
  );
  return answers as (Acceptance | Error)[];
}

/** The same of events that are not encoded yet. */
export function acceptEvents(
  redis: Redis,
  offers: readonly OfferedEvent[],
  shards: number,
  all: number = shards,
): Promise<(Acceptance | Error)[]> {
  const encoder = new EventEncoder();
  const events = offers.map(({ accepted, retentionMs }) =>
    encoder.encode(accepted, retentionMs ?? RETENTION_MS[accepted.lane]),
  );
  encoder.finish();
  return acceptEncoded(redis, events, shards, all);
}

/** Accepts one event. @throws what `acceptEvents` answers in its place. */
export async function acceptEvent(
  redis: Redis,
  accepted: AcceptedEvent,
  { shards, retentionMs }: { shards: number; retentionMs?: number },
): Promise<Acceptance> {
  const [answer] = await acceptEvents(redis, [{ accepted, retentionMs }], shards);
  if (answer instanceof Error) throw answer;
  return answer as Acceptance;
}

/** Events, by index, that one script stores. */
interface Group extends Pick<EncodedEvent, 'appId' | 'lane' | 'retentionMs'> {
  shard: number;
  members: number[];
}

function groupsOf(events: readonly EncodedEvent[], locations: readonly (number | Error)[]): Group[] {
  const groups: Group[] = [];
  for (let i = 0; i < events.length; i += 1) {
    const { appId, lane, retentionMs } = events[i] as EncodedEvent;
    const shard = locations[i];
    if (typeof shard !== 'number') continue;
    // The latest first: its neighbours are of one app, as a rule.
    const group = groups.findLast(
      (one) =>
        one.appId === appId &&
        one.lane === lane &&
        one.shard === shard &&
        one.retentionMs === retentionMs &&
        one.members.length < BATCH,
    );
    if (group) group.members.push(i);
    else groups.push({ shard, appId, lane, retentionMs, members: [i] });
  }
  return groups;
}

async function acceptGroup(
  redis: Redis,
  { shard, appId, lane, retentionMs, members }: Group,
  events: readonly EncodedEvent[],
): Promise<(Acceptance | Error)[]> {
  const some = members.map((i) => events[i] as EncodedEvent);
  const referring = some.find((event) => referenceIn(event) !== '');
  const [head, tail] = aroundName((name) => keys.messages(appId, name));
  const accept = async (bucket: string[], prefix: string) => {
    // The events are one argument: four for each would cost the client and the server 3 µs more.
    const args = [appId, lane, retentionMs, shard, prefix, tail, linesOf(some)];
    return acceptancesOf(some, { shard, lane }, await ACCEPT(redis, [keys.root(shard), ...bucket], args));
  };
  if (!referring) return accept([], '');
  const bucket = head + referenceIn(referring).slice(0, NAME_LENGTH) + tail + dayOf(referring.receivedAt);
  // A server that keeps slots apart refuses a bucket beside the root.
  return acrossSlots(
    redis,
    () => accept([bucket], head),
    async () => {
      const answers = await accept([], '');
      await writeReferences(redis, some, answers, retentionMs);
      return answers;
    },
  );
}

/** What the script answers, event by event. */
function acceptancesOf(
  events: readonly EncodedEvent[],
  { shard, lane }: Pick<Group, 'shard' | 'lane'>,
  [admitted, first, ...known]: [admitted: number, rank: number, ...known: (number | string)[]],
): (Acceptance | Error)[] {
  const answers = new Array<Acceptance | Error | undefined>(events.length);
  for (let i = 0; i < known.length; i += 3) {
    const [n, key, queueIn] = known.slice(i, i + 3) as [number, string, Lane | ''];
    // Its own if the script was sent again after a lost connection.
    const duplicate = key !== events[n - 1]?.key;
    if (key === '') answers[n - 1] = new Error('the event key is taken');
    else answers[n - 1] = { key, shard, duplicate, queueIn: queueIn === '' ? undefined : queueIn };
  }
  let [left, rank] = [admitted, rankOf(first)];
  return events.map(({ key }, n) => {
    const answer = answers[n];
    if (answer) return answer;
    if (left === 0) return { key, shard, duplicate: false };
    left -= 1;
    return { key, shard, duplicate: false, queueIn: lane, rank: rank === undefined ? undefined : rank++ };
  });
}

/** Writes the references of messages, where the script that stores these cannot. */
function writeReferences(
  redis: Redis,
  events: readonly EncodedEvent[],
  answers: readonly (Acceptance | Error)[],
  retentionMs: number,
): Promise<void> {
  const entries = events.flatMap((event, i) => {
    const [reference, answer] = [referenceIn(event), answers[i] as Acceptance | Error];
    if (reference === '' || answer instanceof Error) return [];
    const text = referenceTo(answer, reference.slice(ID_LENGTH));
    return [{ address: reference.slice(0, ID_LENGTH), text, at: eventKeyTime(answer.key) }];
  });
  const { appId } = events[0] as EncodedEvent;
  return putAll(redis, (name) => keys.messages(appId, name), entries, retentionMs);
}

/**
 * The shard of this (app, event id): the one assigned first, else by its conversation. Stored before the event, so that
 * a repeat with another body, or after the number of shards has changed, finds the first.
 */
async function shardOf(
  redis: Redis,
  { appId, id, conversation, receivedAt, retentionMs }: EncodedEvent,
  shards: number,
): Promise<number> {
  const mine = shardByHash(appId, conversation, shards);
  return locate(redis, { appId, eventId: id }, mine, receivedAt, retentionMs);
}

/** Spreads evenly; events of one conversation share a shard, so that a cancelled call finds its ring. */
const shardByHash = (appId: string, conversation: string, shards: number): number =>
  createHash('sha1').update(`${appId}\n${conversation}`).digest().readUInt32BE() % shards;
