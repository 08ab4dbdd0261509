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
  const groups = new Map<string, DeadLetterGroup>();
  let looked = 0;
  for await (const { letters, next } of walkDeadLetters(redis, appId, shards, cursor)) {
    for (const letter of letters) count(groups, letter);
    looked += letters.length;
    if (looked >= most && next !== undefined) return { groups: largestFirst(groups), looked, cursor: next };
  }
  return { groups: largestFirst(groups), looked };
}

function count(groups: Map<string, DeadLetterGroup>, letter: FoundDeadLetter): void {
  const { provider, reason, at } = letter;
  const known = groups.get(`${provider} ${reason}`);
  if (!known) {
    groups.set(`${provider} ${reason}`, { provider, reason, count: 1, first: at, last: at, sample: letter });
    return;
  }
  known.count++;
  known.first = Math.min(known.first, at);
  if (at <= known.last) return;
  known.last = at;
  known.sample = letter;
}

const largestFirst = (groups: ReadonlyMap<string, DeadLetterGroup>): DeadLetterGroup[] =>
  [...groups.values()].sort((a, b) => b.count - a.count || b.last - a.last);
