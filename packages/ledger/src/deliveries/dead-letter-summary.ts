import type { ProviderKind } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { walkDeadLetters } from './dead-letters.ts';
import type { FoundDeadLetter } from './letter-record.ts';

/** The dead letters of an app with the same provider and reason. */
export interface DeadLetterGroup {
  provider: ProviderKind;
  reason: string;
  count: number;
  /** When the oldest and the newest were given up, epoch ms. */
  first: number;
  last: number;
  /** How many in each hour that has any, by its beginning, oldest first. */
  byHour: { at: number; count: number }[];
  /** The newest. */
  sample: FoundDeadLetter;
}

/** Groups of the letters looked at, largest first; `cursor` continues with the others. */
export interface DeadLetterSummary {
  groups: DeadLetterGroup[];
  looked: number;
  cursor?: string;
}

/** Counts an app's dead letters by provider and reason: at most `most` of them, from a cursor on. */
export async function summarizeDeadLetters(
  redis: Redis,
  appId: string,
  shards: number,
  { cursor, most }: { cursor?: string | undefined; most: number },
): Promise<DeadLetterSummary> {
  const groups = new Map<string, Counted>();
  let looked = 0;
  for await (const { letters, next } of walkDeadLetters(redis, appId, shards, cursor)) {
    for (const letter of letters) count(groups, letter);
    looked += letters.length;
    if (looked >= most && next !== undefined) return { groups: largestFirst(groups), looked, cursor: next };
  }
  return { groups: largestFirst(groups), looked };
}

/** A group that is being counted, with the letters of each hour. */
type Counted = Omit<DeadLetterGroup, 'byHour'> & { hours: Map<number, number> };

const HOUR_MS = 3_600_000;

function count(groups: Map<string, Counted>, letter: FoundDeadLetter): void {
  const { provider, reason, at } = letter;
  const name = `${provider} ${reason}`;
  const group = groups.get(name) ?? {
    provider,
    reason,
    count: 0,
    first: at,
    last: at,
    hours: new Map(),
    sample: letter,
  };
  groups.set(name, group);
  const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
  group.count++;
  group.hours.set(hour, (group.hours.get(hour) ?? 0) + 1);
  group.first = Math.min(group.first, at);
  if (at <= group.last) return;
  group.last = at;
  group.sample = letter;
}

const largestFirst = (groups: ReadonlyMap<string, Counted>): DeadLetterGroup[] =>
  [...groups.values()]
    .sort((a, b) => b.count - a.count || b.last - a.last)
    .map(({ hours, ...group }) => ({ ...group, byHour: inOrder(hours) }));

const inOrder = (hours: ReadonlyMap<number, number>): DeadLetterGroup['byHour'] =>
  [...hours].map(([at, count]) => ({ at, count })).sort((a, b) => a.at - b.at);
