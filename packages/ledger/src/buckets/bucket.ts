import { hash } from 'node:crypto';

const DAY_MS = 24 * 3_600_000;

/** Where an id is kept: in one of the hashes that the ids of its app share, as one field. */
export interface Bucket {
  /** Which of 4,096 hashes a day. */
  name: string;
  /** 72 more bits of the id's hash: two of ten million ids share name and field with a chance of 10^-11. */
  field: string;
}

/** Characters of a name, and of name and field together. */
export const NAME_LENGTH = 2;
export const LENGTH = 14;

/** Name and field of the bucket of an id, as one text. */
export const bucketTextOf = (id: string): string => hash('sha1', id, 'base64url').slice(0, LENGTH);

/** The bucket of an id. */
export function bucketOf(id: string): Bucket {
  const text = bucketTextOf(id);
  return { name: text.slice(0, NAME_LENGTH), field: text.slice(NAME_LENGTH) };
}

const DIGITS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];

/** All 4,096 names. */
export const BUCKET_NAMES: readonly string[] = DIGITS.flatMap((one) => DIGITS.map((two) => one + two));

/** The day (UTC) of a moment (epoch ms), which is the last part of a bucket's key. */
export const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/** Lua: the same. */
export const DAY_LUA = `
local function dayOf(at) return math.floor(at / ${DAY_MS}) end`;

/** Lua: when the bucket of a day may go. Its last entries are kept for the retention, the first up to a day longer. */
export const BUCKET_EXPIRY_LUA = `
local function bucketExpiry(day, retention) return (day + 1) * ${DAY_MS} + retention end`;
