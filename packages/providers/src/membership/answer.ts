import { Uid } from '@fanfare/core';
import { parseObject } from '../wire/json.ts';

/** Members of one page. */
const MAX_MEMBERS = 10_000;
/** Characters. */
const MAX_CURSOR = 1000;
/** A lone surrogate: it cannot be part of a URL. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Some members of a group, each once, and the cursor of the rest. */
export interface Members {
  members: string[];
  /** Where the next page starts; absent: there is none. */
  cursor?: string;
}

/**
 * The page in an answer; undefined for anything else. It is accepted entirely or not at all: omitting an unreadable
 * member, or taking an unreadable cursor for the end, would go unnoticed.
 */
export function membersIn(body: string): Members | undefined {
  const { members, cursor } = parseObject(body) ?? {};
  if (!Array.isArray(members) || members.length > MAX_MEMBERS) return undefined;
  if (!members.every((uid) => Uid.safeParse(uid).success)) return undefined;
  const page = { members: [...new Set(members as string[])] };
  if (cursor === undefined || cursor === null || cursor === '') return page;
  return isCursor(cursor) ? { ...page, cursor } : undefined;
}

const isCursor = (cursor: unknown): cursor is string =>
  typeof cursor === 'string' && cursor.length <= MAX_CURSOR && !LONE_SURROGATE.test(cursor);
