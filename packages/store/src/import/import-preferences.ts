import { GROUP_PREFERENCES, mergePreferences, type UserPreferences } from '@fanfare/core';
import { commandEach } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { changePreferences, REPLACE } from '../preferences.ts';
import { PREFERENCES, recordReactionFollower } from '../reaction-followers.ts';

/** Merges changes into the preferences of users, in order. */
export async function importPreferences(
  redis: Redis,
  appId: string,
  changes: readonly { uid: string; patch: UserPreferences }[],
  now: number,
): Promise<void> {
  const byUser = new Map<string, UserPreferences[]>();
  for (const { uid, patch } of changes) byUser.set(uid, [...(byUser.get(uid) ?? []), patch]);
  const uids = [...byUser.keys()];
  const before = (await commandEach(redis, uids, (commands, uid) =>
    commands.hget(keys.user(appId, uid), PREFERENCES),
  )) as (string | null)[];
  const wanted = uids.flatMap((uid, i) => {
    const text = before[i] ?? '';
    const patches = byUser.get(uid) as UserPreferences[];
    const after = JSON.stringify(patches.reduce(mergePreferences, parse(text)));
    return after === text ? [] : [{ uid, patches, before: text, after }];
  });
  const written = await REPLACE.each(
    redis,
    wanted.map(({ uid, before: old, after }) => ({ keys: [keys.user(appId, uid)], args: [old, after, now] })),
  );
  for (const [i, { uid, patches }] of wanted.entries()) {
    // Changed meanwhile by the user.
    if (written[i] !== 1) for (const patch of patches) await changePreferences(redis, appId, uid, patch, now);
  }
  // Also if nothing was written: an earlier import may have been interrupted here.
  const asked = uids.filter((uid) => byUser.get(uid)?.some(concernsReactions));
  await Promise.all(asked.map((uid) => recordReactionFollower(redis, appId, uid)));
}

const parse = (text: string): UserPreferences => (text === '' ? {} : (JSON.parse(text) as UserPreferences));

const concernsReactions = ({ groupPreferences }: UserPreferences): boolean =>
  groupPreferences !== undefined && GROUP_PREFERENCES.reactions.user in groupPreferences;
