import type { ProviderKind } from '@fanfare/core';

/** The most dead letters kept per app and shard; the oldest go first. */
export const DEAD_LETTERS_CAP = 10_000;

/** A delivery that was given up: what was tried, and what the provider said. Holds no message text and no secret. */
export interface DeadLetter {
  /** The delivery's id. */
  id: string;
  /** The chat backend's id of the event. */
  eventId: string;
  uid: string;
  provider: ProviderKind;
  deviceId?: string | undefined;
  /** A stable word: `http_400`, `attempts_exhausted`, … */
  reason: string;
  /** The provider's own words, shortened. */
  detail?: string | undefined;
  /** Attempts spent. */
  attempts: number;
  /** When it was given up, epoch ms. */
  at: number;
}

/** The stored form: id and time are the key and the score. */
export const encodeDeadLetter = (letter: Omit<DeadLetter, 'id' | 'at'>): string => JSON.stringify(letter);

export const decodeDeadLetter = (id: string, at: number, text: string): DeadLetter => ({
  id,
  ...(JSON.parse(text) as Omit<DeadLetter, 'id' | 'at'>),
  at,
});
