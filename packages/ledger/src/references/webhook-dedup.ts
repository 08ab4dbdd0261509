import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

/**
 * CometChat posts a webhook again 10 and 30 seconds after it was not answered (docs/rules/cometchat.md#occasions), and
 * no more.
 */
const REPEAT_MS = 60_000;

/**
 * KEYS what was last done to each of the people; ARGV words, webhookDedup, ttl. All of them the same and in these words:
 * that webhookDedup, else the new one.
 */
const OCCASION = script<string>(`
-- KEYS a key per person
-- ARGV words, suffix of a new webhookDedup, ttl
-- returns the suffix of the webhookDedup
local last = redis.call('GET', KEYS[1])
local same = last and string.sub(last, 1, #ARGV[1] + 1) == ARGV[1] .. ' '
for i = 2, #KEYS do same = same and redis.call('GET', KEYS[i]) == last end
if same then return string.sub(last, #ARGV[1] + 2) end
for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3]) end
return ARGV[2]
`);

/** Something done to people, told without an id. */
export interface MemberAction {
  /** Where what is done undoes what was done before: a group, or whoever blocks and unblocks. */
  subject: string;
  uids: readonly string[];
  /** What tells this deed from others; the same for the same deed at another time. */
  words: string;
}

/**
 * Tells a deed that is told again from one that is done again. The same words within a minute of the first are a repeat,
 * unless the last thing done to one of the people is another; everything else is new, and gets `fresh`.
 * @returns the webhookDedup: of a repeat the one it was given first.
 */
export const dedupSuffix = (
  redis: Redis,
  appId: string,
  { subject, uids, words }: MemberAction,
  fresh: string,
): Promise<string> =>
  OCCASION(
    redis,
    uids.map((uid) => keys.webhookDedup(appId, subject, uid)),
    [words, fresh, REPEAT_MS],
  );
