import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

/**
 * CometChat repeats an unanswered webhook after 10 and 30 seconds (docs/rules/cometchat.md#occasions), and no later.
 */
const REPEAT_MS = 60_000;

/**
 * KEYS the last action on each of the users; ARGV words, dedup suffix, ttl. If all of them are the same action with
 * these words, returns its suffix, else the new one.
 */
const DEDUP = script<string>(`
-- KEYS a key per user
-- ARGV words, suffix of a new action, ttl
-- returns the suffix of the action
local last = redis.call('GET', KEYS[1])
local same = last and string.sub(last, 1, #ARGV[1] + 1) == ARGV[1] .. ' '
for i = 2, #KEYS do same = same and redis.call('GET', KEYS[i]) == last end
if same then return string.sub(last, #ARGV[1] + 2) end
for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3]) end
return ARGV[2]
`);

/** An action on users, reported without an id. */
export interface MemberAction {
  /** The scope in which actions undo each other: a group, or the user who blocks and unblocks. */
  subject: string;
  uids: readonly string[];
  /** Identifies the kind of action; the same when it is done again later. */
  words: string;
}

/**
 * Distinguishes a repeated webhook from a repeated action. The same words within a minute of the first are a repeat,
 * unless the last action on one of the users is another; everything else is new, and gets `fresh`.
 * @returns the dedup suffix: for a repeat, that of the first.
 */
export const dedupSuffix = (
  redis: Redis,
  appId: string,
  { subject, uids, words }: MemberAction,
  fresh: string,
): Promise<string> =>
  DEDUP(
    redis,
    uids.map((uid) => keys.webhookDedup(appId, subject, uid)),
    [words, fresh, REPEAT_MS],
  );
