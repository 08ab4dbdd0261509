import { objectsInArrays } from './json-objects.ts';

type Fields = Record<string, unknown>;

/**
 * Lines of an import from the answers of CometChat's REST API, saved as they came: lists of users, groups, members of a
 * group (which names it in `guid`), and push tokens (docs/rules/cometchat.md#rest).
 * https://www.cometchat.com/docs/rest-api/users/list, …/groups/list, …/group-members/list
 * @throws Error naming an element that is none of these.
 */
export async function* cometChatLines(
  pieces: AsyncIterable<string>,
  { guid }: { guid?: string | undefined } = {},
): AsyncGenerator<object> {
  let count = 0;
  for await (const element of objectsInArrays(pieces)) {
    for (const fields of elementsOf(element as Fields)) {
      count++;
      const lines = linesOf(fields, guid);
      if (lines.length === 0) throw new Error(`element ${count} is not a user, group, member or push token`);
      yield* lines;
    }
  }
}

/** A list of answers has answers as elements; otherwise the element itself. */
function elementsOf(element: Fields): Fields[] {
  const { data } = element;
  if (Array.isArray(data)) return data as Fields[];
  const { pushTokens } = (data ?? {}) as Fields;
  return Array.isArray(pushTokens) ? (pushTokens as Fields[]) : [element];
}

function linesOf(fields: Fields, group: string | undefined): object[] {
  const { uid, guid, pushToken, platform, providerId, scope, joinedAt } = fields;
  if (pushToken !== undefined) {
    const line = { type: 'token', uid, platform: String(platform).toLowerCase(), token: pushToken };
    return [providerId ? { ...line, providerId } : line];
  }
  if (uid !== undefined && (scope !== undefined || joinedAt !== undefined)) {
    const of = guid ?? group;
    if (of === undefined) throw new Error('these are members of a group: say of which with --group');
    return [userLine(fields), { type: 'member', guid: of, uid }];
  }
  if (uid !== undefined) return [userLine(fields)];
  if (guid !== undefined) return [{ type: 'group', guid, ...filled({ name: fields.name, icon: fields.icon }) }];
  return [];
}

const userLine = ({ uid, name, avatar, deactivatedAt }: Fields) => ({
  type: 'user',
  uid,
  ...filled({ name, avatar }),
  ...(Number(deactivatedAt) > 0 ? { deactivated: true } : {}),
});

/** The fields that have a value; CometChat sends empty ones too. */
const filled = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
