import { FanfareError } from '@fanfare/core';
import { z } from 'zod';

/** An IANA time zone that this runtime knows. */
export const TimeZone = z.string().max(100).refine(isTimeZone, 'is not a known IANA time zone, e.g. Asia/Tokyo');

/** A BCP 47 language tag. */
export const Locale = z.string().max(50).refine(isLocale, 'is not a language tag, e.g. en or pt-BR');

/** How many entries a page holds. */
export const PageLimit = z.coerce.number().int().min(1).max(1000).default(100);

/** Where a page goes on; as a page before handed it out. */
export const PageCursor = z.string().max(1000).optional();

/** Success as CometChat says it. */
export const Success = z.object({ data: z.object({ success: z.literal(true) }) });
export const SUCCESS = { data: { success: true as const } };

/** The error for a field that is wrong or missing. */
export const badField = (field: string, problem: string): FanfareError =>
  new FanfareError('ERR_BAD_REQUEST', `${field}: ${problem}`);

/** Epoch ms as the seconds the API shows. */
export const seconds = (ms: number): number => Math.floor(ms / 1000);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
