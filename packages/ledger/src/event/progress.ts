import type { AcceptedEvent, EventRef, SettledState } from '@fanfare/core';
import { commandEach } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { SETTLED_STATES } from '../deliveries/states.ts';
import { fieldsIn, PACKED } from '../finished/packed.ts';
import { keys } from '../keys.ts';
import { decodeAccepted, type EventHash, expanded } from './record.ts';

/** The state of an event: still finding recipients, still sending, or done. */
export type EventState = 'expanding' | 'delivering' | 'done';

/**
 * An event's counts. `audience` and `suppressed` count recipients, the others deliveries. Between steps `audience =
 * reached + Σ suppressed` and `planned = accepted + token_dead + rejected + expired + superseded + pending`.
 */
export interface Counts {
  audience: number;
  planned: number;
  suppressed: Record<string, number>;
  accepted: number;
  token_dead: number;
  rejected: number;
  expired: number;
  superseded: number;
  pending: number;
}

/** The event as it was accepted, or undefined when it has expired. */
export async function readEvent(redis: Redis, { shard, key }: EventRef): Promise<AcceptedEvent | undefined> {
  const [at, app, lane, ev] = await redis.hmget(keys.event(shard, key), 'at', 'app', 'lane', 'ev');
  if (!at) return undefined;
  if (app && lane && ev) return decodeAccepted(key, expanded({ at, app, lane, ev }));
  // Packed, or accepted by a version that kept the parts of `ev` in fields of their own.
  const fields = fieldsIn(await redis.hgetallBuffer(keys.event(shard, key)));
  return fields && decodeAccepted(key, fields);
}

/** The state and counts of an event. */
export interface Progress {
  state: EventState;
  counts: Counts;
  /** When its last delivery was settled (epoch ms), if the event is done; after a replay, when it was done again. */
  finishedAt?: number;
}

/** Reads state, counts and end of an event in one command; undefined when it has expired. */
export async function readProgress(redis: Redis, { shard, key }: EventRef): Promise<Progress | undefined> {
  const fields = fieldsIn(await redis.hgetallBuffer(keys.event(shard, key)));
  return fields && progressOf(fields);
}

/** The state and counts in the fields of an event. */
export function progressOf(fields: EventHash): Progress {
  const n = numberIn(fields);
  const settled = Object.fromEntries(SETTLED_STATES.map((state) => [state, n(state)])) as Record<SettledState, number>;
  const pending = pendingIn(fields);
  const reasons = Object.entries(fields).flatMap(([field, value]) =>
    field.startsWith('!') ? [[field.slice(1), Number(value)] as const] : [],
  );
  return {
    state: stateIn(fields, pending),
    ...(fields.done ? { finishedAt: Number(fields.done) } : {}),
    counts: { audience: n('aud'), planned: n('next'), suppressed: Object.fromEntries(reasons), ...settled, pending },
  };
}

const numberIn = (fields: EventHash) => (field: string) => Number(fields[field] ?? 0);

function pendingIn(fields: EventHash): number {
  const n = numberIn(fields);
  return SETTLED_STATES.reduce((pending, state) => pending - n(state), n('next'));
}

const stateIn = ({ full }: EventHash, pending: number): EventState =>
  full !== '1' ? 'expanding' : pending > 0 ? 'delivering' : 'done';

const STATE_FIELDS = ['at', PACKED, 'full', 'next', ...SETTLED_STATES];

/**
 * The states of some events, in their order, undefined for those that have expired. Far cheaper than to read them,
 * above all those that are packed.
 */
export async function readEventStates(redis: Redis, refs: readonly EventRef[]): Promise<(EventState | undefined)[]> {
  const answers = (await commandEach(redis, refs, (commands, { shard, key }) =>
    commands.hmget(keys.event(shard, key), ...STATE_FIELDS),
  )) as (string | null)[][];
  return answers.map((values) => {
    const fields = Object.fromEntries(STATE_FIELDS.flatMap((field, i) => (values[i] ? [[field, values[i]]] : [])));
    if (!fields.at) return undefined;
    return fields[PACKED] ? 'done' : stateIn(fields, pendingIn(fields));
  });
}
