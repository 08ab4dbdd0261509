import type { EventRef, ProviderKind } from '@fanfare/core';
import type { DeadLetter, DeadLetterRecord } from './settlement.ts';

/** Which dead letters: all of the app's, or those of one provider or reason. */
export interface DeadLetterFilter {
  provider?: ProviderKind | undefined;
  reason?: string | undefined;
}

/** A dead letter and where its event is stored. */
export interface FoundDeadLetter extends DeadLetter {
  ref: EventRef;
  ordinal: number;
}

/** The field of a dead letter, in the hash of its event's attempts. */
export const letterField = (ordinal: number): string => `d${ordinal}`;

/** The dead letter that is stored as this text. */
export const letterOf = (
  text: string,
  where: Pick<FoundDeadLetter, 'id' | 'at' | 'ref' | 'ordinal'>,
): FoundDeadLetter => ({ ...(JSON.parse(text) as DeadLetterRecord), ...where });

/** Whether a filter includes a dead letter. */
export const isOf = (letter: DeadLetter, { provider, reason }: DeadLetterFilter): boolean =>
  (provider === undefined || letter.provider === provider) && (reason === undefined || letter.reason === reason);
