import { z } from 'zod';
import { canonicalTimeZone, isTimeZone } from '../schedule/time-zone.ts';

/** The id of a user or a group: letters, digits, `_` and `-`, at most 100 (docs/rules/cometchat.md#limits). */
export const Uid = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be 1 to 100 characters of A-Z, a-z, 0-9, "_" and "-"');

/** The id of an event, unique per app. */
export const EventId = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,128}$/, 'must be 1 to 128 characters of A-Z, a-z, 0-9, "_", ".", ":" and "-"');

/** An app's id: the same characters, since it becomes part of the same keys. */
export const AppId = Uid.describe('Id of an app.');

/** A user's or a group's display name. */
export const DisplayName = z.string().min(1).max(255);

/**
 * The URL of a picture: shown by clients, never fetched by us. No `javascript:`, since web clients may use it
 * unchecked.
 */
export const PictureUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).max(2048);

/** Seconds in place of milliseconds are the most common mistake; 1e11 ms is in 1973. */
const SMALLEST_MS = 1e11;

/** A moment in epoch milliseconds. */
export const EpochMs = z
  .number()
  .int()
  .min(SMALLEST_MS, 'must be epoch milliseconds (this looks like seconds)')
  .max(8.64e15);

/** An IANA time zone known to this runtime, or an offset from UTC, which is normalized to `+05:30`. */
export const TimeZone = z
  .string()
  .max(100)
  .overwrite(canonicalTimeZone)
  .refine(isTimeZone, 'is not a known IANA time zone, e.g. Asia/Tokyo, or UTC offset, e.g. +05:30');

/** A BCP 47 language tag. */
export const Locale = z.string().max(50).refine(isLocale, 'is not a language tag, e.g. en or pt-BR');

/** Deeper than any real data, and far below the depth at which writing JSON overflows the stack. */
const MAX_DEPTH = 50;

/** A JSON object of the caller's choice. */
export const JsonObject = z.record(z.string(), z.unknown()).refine((value) => isShallow(value, MAX_DEPTH), {
  error: `must not be nested more than ${MAX_DEPTH} deep`,
  // Deeper values cannot be serialized, so no later rule may run.
  abort: true,
});

/** A `JsonObject` of at most this many bytes of UTF-8, serialized without spaces. */
export const jsonUpTo = (bytes: number) =>
  JsonObject.refine(
    (value) => Buffer.byteLength(JSON.stringify(value)) <= bytes,
    `must not be larger than ${bytes} bytes as JSON`,
  );

const isShallow = (value: unknown, depth: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1)));

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
