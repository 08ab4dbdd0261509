import { membersAmong, readUsage, withoutGroup, withoutRecord } from '@fanfare/store';
import { quotasOf } from '../accept/quotas.ts';
import type { IngestDeps } from '../deps.ts';
import type { ImportLine } from './import-line.ts';

/** Who is meant by a line that creates the user's record if there is none; undefined for the others. */
export const userOfLine = (line: ImportLine): string | undefined =>
  line.type === 'group' || line.type === 'member' ? undefined : line.uid;

/** The group that a line creates if there is none. */
export const groupOfLine = (line: ImportLine): string | undefined => ('guid' in line ? line.guid : undefined);

/** What an app may still add: of each kind, what has no room left. */
export interface Refused {
  users: ReadonlySet<string>;
  groups: ReadonlySet<string>;
  /** As `guid uid`. */
  members: ReadonlySet<string>;
  quotas: { users: number; groups: number; members: number };
}

/** Names a membership; neither part contains a space. */
export const membershipOf = ({ guid, uid }: { guid: string; uid: string }): string => `${guid} ${uid}`;

/**
 * Which users, groups and memberships of these lines would take the app past its quotas: the last ones. Looks at what
 * exists only where the quota is near.
 */
export async function refusedByQuota(deps: IngestDeps, appId: string, lines: readonly ImportLine[]): Promise<Refused> {
  const { registry } = deps;
  const [usage, quotas] = await Promise.all([readUsage(registry, appId), quotasOf(deps, appId)]);
  const users = distinct(lines.map(userOfLine));
  const groups = distinct(lines.map(groupOfLine));
  const members = distinct(lines.map((line) => (line.type === 'member' ? membershipOf(line) : undefined)));
  return {
    quotas,
    users: await over(users, quotas.users - usage.users, (uids) => withoutRecord(registry, appId, uids)),
    groups: await over(groups, quotas.groups - usage.groups, (guids) => withoutGroup(registry, appId, guids)),
    members: await over(members, quotas.members - usage.members, (names) => newMembers(deps, appId, names)),
  };
}

/** The names that are new and for which there is no room. */
async function over(
  names: readonly string[],
  room: number,
  newAmong: (names: readonly string[]) => Promise<readonly string[]>,
): Promise<ReadonlySet<string>> {
  if (names.length <= room) return new Set();
  return new Set((await newAmong(names)).slice(Math.max(0, room)));
}

async function newMembers({ registry }: IngestDeps, appId: string, names: readonly string[]): Promise<string[]> {
  const byGroup = new Map<string, string[]>();
  for (const name of names) {
    const [guid = '', uid = ''] = name.split(' ');
    byGroup.set(guid, [...(byGroup.get(guid) ?? []), uid]);
  }
  const known = await Promise.all(
    [...byGroup].map(async ([guid, uids]) =>
      (await membersAmong(registry, appId, guid, uids)).map((uid) => membershipOf({ guid, uid })),
    ),
  );
  const there = new Set(known.flat());
  return names.filter((name) => !there.has(name));
}

const distinct = (names: readonly (string | undefined)[]): string[] => [
  ...new Set(names.filter((name) => name !== undefined)),
];
