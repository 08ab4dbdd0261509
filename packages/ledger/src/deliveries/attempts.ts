import { type EventRef, isUnanswered } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

/** The outcome of an attempt whose sender died before recording it: it may have been sent. */
export const UNKNOWN_OUTCOME = 'unknown';

/** One recorded attempt at a delivery. */
export interface RecordedAttempt {
  /** When it ended, epoch ms. */
  at: number;
  /** Its outcome's kind, e.g. `retryable`; or `UNKNOWN_OUTCOME`. */
  outcome: string;
  reason?: string | undefined;
  detail?: string | undefined;
}

/** The recorded attempts of a delivery; usually empty if the first was the last. */
export async function readAttempts(
  redis: Redis,
  { shard, key }: EventRef,
  ordinal: number,
): Promise<RecordedAttempt[]> {
  return decodeAttempts(await redis.hget(keys.attempts(shard, key), String(ordinal)));
}

/** Attempts as text, a line each. */
export const encodeAttempts = (attempts: readonly RecordedAttempt[]): string =>
  attempts.map((attempt) => JSON.stringify(attempt)).join('\n');

const decodeAttempts = (text: string | null | undefined): RecordedAttempt[] =>
  text ? text.split('\n').map((line) => JSON.parse(line) as RecordedAttempt) : [];

/** Of these deliveries, those with an attempt that may have reached the provider without a recorded result. */
export async function mayHaveLeft(
  redis: Redis,
  { shard, key }: EventRef,
  ordinals: readonly number[],
): Promise<ReadonlySet<number>> {
  if (ordinals.length === 0) return new Set();
  const texts = await redis.hmget(keys.attempts(shard, key), ...ordinals.map(String));
  return new Set(ordinals.filter((_, i) => decodeAttempts(texts[i]).some(isInDoubt)));
}

const isInDoubt = ({ outcome, reason = '' }: RecordedAttempt): boolean =>
  outcome === UNKNOWN_OUTCOME || (outcome === 'retryable' && isUnanswered(reason));

/** The deadlines (epoch ms) that replays gave to deliveries of an event, by ordinal. */
export async function readReplayDeadlines(
  redis: Redis,
  { shard, key }: EventRef,
  ordinals: readonly number[],
): Promise<Map<number, number>> {
  if (ordinals.length === 0) return new Map();
  const values = await redis.hmget(keys.attempts(shard, key), ...ordinals.map((ordinal) => `x${ordinal}`));
  return new Map(ordinals.flatMap((ordinal, i) => (values[i] ? [[ordinal, Number(values[i])] as const] : [])));
}
