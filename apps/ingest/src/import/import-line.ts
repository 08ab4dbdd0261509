import {
  DisplayName,
  EpochMs,
  fieldProblems,
  Locale,
  PictureUrl,
  PLATFORMS,
  type Platform,
  TimeZone,
  Uid,
  UserPreferencesPatch,
} from '@fanfare/core';
import { z } from 'zod';
import { PushToken } from '../routes/devices/push-tokens.ts';

const platforms = Object.keys(PLATFORMS) as [Platform, ...Platform[]];

/**
 * The kinds of lines. Unlike elsewhere in the API, an unknown field is an error: a misspelled one would be lost on a
 * million lines. `null` removes a value.
 */
export const ImportLine = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('user'),
      uid: Uid,
      name: DisplayName.nullish(),
      avatar: PictureUrl.nullish(),
      timezone: TimeZone.nullish(),
      locale: Locale.nullish(),
      deactivated: z.boolean().optional(),
    }),
    z
      .strictObject({
        type: z.literal('token'),
        uid: Uid,
        platform: z.enum(platforms, { error: `must be one of: ${platforms.join(', ')}` }),
        token: z.string(),
        providerId: z.string().min(1).max(100).default('default'),
      })
      // Built field by field: with spread fields a line takes twice the memory.
      .transform(({ type, uid, platform, token, providerId }, { addIssue }) => {
        const parsed = PushToken[PLATFORMS[platform].kind].safeParse(token);
        if (parsed.success) return { type, uid, platform, token: parsed.data, providerId };
        addIssue({ code: 'custom', message: parsed.error.issues[0]?.message, path: ['token'] });
        return z.NEVER;
      }),
    z.strictObject({ type: z.literal('preferences'), uid: Uid, preferences: UserPreferencesPatch }),
    z.strictObject({
      type: z.literal('mute'),
      uid: Uid,
      conversationType: z.enum(['oneOnOne', 'group']),
      conversationId: Uid,
      until: EpochMs.nullish(),
    }),
    z.strictObject({
      type: z.literal('group'),
      guid: Uid,
      name: DisplayName.nullish(),
      icon: PictureUrl.nullish(),
    }),
    z.strictObject({ type: z.literal('member'), guid: Uid, uid: Uid }),
  ],
  { error: 'must be one of: user, token, preferences, mute, group, member' },
);
export type ImportLine = z.output<typeof ImportLine>;

/** The fields of a line of one type. */
export type LineOf<T extends ImportLine['type']> = Extract<ImportLine, { type: T }>;

/** Reads one line; a text is the problem with it, naming the field. */
export function readImportLine(text: string): ImportLine | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  const parsed = ImportLine.safeParse(json);
  if (parsed.success) return parsed.data;
  const [first] = fieldProblems(parsed.error);
  return first?.field === 'body' ? first.problem : `${first?.field}: ${first?.problem}`;
}
