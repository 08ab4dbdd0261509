import { allowedPart, type Mute, providerKindOf, type UserPreferences } from '@fanfare/core';
import {
  type App,
  type ImportedDevice,
  type ImportedGroup,
  importDevices,
  importGroups,
  importPreferences,
  importUsers,
  kindsOfProvider,
  muteEach,
} from '@fanfare/store';
import { quotasOf } from '../accept/quotas.ts';
import type { IngestDeps } from '../deps.ts';
import { requireApp } from '../http/require-app.ts';
import { mayMute } from '../routes/preferences/mutes.ts';
import { groupOfLine, membershipOf, refusedByQuota, userOfLine } from './admit.ts';
import type { ImportLine, LineOf } from './import-line.ts';
import type { BadLine } from './import-record.ts';

/** A valid line and its number. */
export interface NumberedLine {
  number: number;
  line: ImportLine;
}

/**
 * Writes lines that are valid in themselves, and returns those that the app does not allow. Lines of one type keep
 * their order. Repeating it, also after a crash in between, leads to the same result.
 */
export async function writeLines(
  deps: IngestDeps,
  appId: string,
  numbered: readonly NumberedLine[],
): Promise<BadLine[]> {
  const { registry, now } = deps;
  const app = await requireApp(deps, appId);
  const problems = [...(await badProviders(deps, appId, numbered)), ...(await overQuota(deps, appId, numbered))];
  const bad = new Set(problems.map(({ line }) => line));
  const kept = numbered.filter(({ number }) => !bad.has(number));
  const of = <T extends ImportLine['type']>(type: T) =>
    kept.flatMap(({ line }) => (line.type === type ? [line as LineOf<T>] : []));
  const lines = kept.map(({ line }) => line);
  // The users first: each of the other writes may rely on their records, which are counted here.
  await importUsers(registry, appId, usersIn(lines), now());
  await importGroups(registry, appId, groupsIn(lines), now());
  problems.push(...(await writeTokens(deps, appId, kept)));
  await importPreferences(registry, appId, preferencesIn(app, of('preferences')), now());
  const full = new Set(await muteEach(registry, appId, mutesIn(app, of('mute'), now()), now()));
  const overfull = kept.filter(({ line }) => line.type === 'mute' && full.has(line.uid));
  return [...problems, ...overfull.map(({ number }) => ({ line: number, problem: 'uid: has too many mutes' }))];
}

/** Writes the push tokens; the lines of users who have no room for one. */
async function writeTokens(deps: IngestDeps, appId: string, numbered: readonly NumberedLine[]): Promise<BadLine[]> {
  const devices: (ImportedDevice & { number: number })[] = [];
  for (const { number, line } of numbered) {
    if (line.type === 'token') devices.push({ number, uid: line.uid, registration: line });
  }
  const { devicesPerUser } = await quotasOf(deps, appId);
  const full = await importDevices(deps.registry, appId, devices, deps.now(), devicesPerUser);
  return full.map(({ number }) => ({ line: number, problem: `token: a user may have ${devicesPerUser} at most` }));
}

/** Lines whose push provider is not configured. */
async function badProviders(
  { registry }: IngestDeps,
  appId: string,
  numbered: readonly NumberedLine[],
): Promise<BadLine[]> {
  const ids = new Set<string>();
  for (const { line } of numbered) if (line.type === 'token' && line.providerId !== 'default') ids.add(line.providerId);
  if (ids.size === 0) return [];
  const kinds = new Map(
    await Promise.all([...ids].map(async (id) => [id, await kindsOfProvider(registry, appId, id)] as const)),
  );
  return numbered.flatMap(({ number, line }) => {
    if (line.type !== 'token') return [];
    const { platform, providerId } = line;
    const kind = providerKindOf(platform);
    if (providerId === 'default' || kinds.get(providerId)?.includes(kind)) return [];
    return [{ line: number, problem: `providerId: there is no ${kind} provider "${providerId}"` }];
  });
}

async function overQuota(deps: IngestDeps, appId: string, numbered: readonly NumberedLine[]): Promise<BadLine[]> {
  const refused = await refusedByQuota(
    deps,
    appId,
    numbered.map(({ line }) => line),
  );
  return numbered.flatMap(({ number, line }) => {
    const kind = refusedKind(line, refused);
    return kind ? [{ line: number, problem: `${kind}: the app may have ${refused.quotas[kind]} at most` }] : [];
  });
}

function refusedKind(
  line: ImportLine,
  refused: Awaited<ReturnType<typeof refusedByQuota>>,
): 'users' | 'groups' | 'members' | undefined {
  if (refused.users.has(userOfLine(line) ?? '')) return 'users';
  if (refused.groups.has(groupOfLine(line) ?? '')) return 'groups';
  return line.type === 'member' && refused.members.has(membershipOf(line)) ? 'members' : undefined;
}

/** The users of these lines, with a profile where there is a line with one. */
function usersIn(lines: readonly ImportLine[]) {
  const withProfile = lines.flatMap((line) => (line.type === 'user' ? [line] : []));
  const listed = new Set(withProfile.map(({ uid }) => uid));
  const others = new Set(lines.map(userOfLine).filter((uid) => uid !== undefined && !listed.has(uid)));
  return [
    ...withProfile.map(({ type: _, uid, ...profile }) => ({ uid, profile })),
    ...[...others].map((uid) => ({ uid: uid as string })),
  ];
}

/** The groups of these lines with the members added to them. */
function groupsIn(lines: readonly ImportLine[]): ImportedGroup[] {
  const members = new Map<string, Set<string>>();
  const groups: ImportedGroup[] = [];
  for (const line of lines) {
    if (line.type === 'group') groups.push({ guid: line.guid, name: line.name, icon: line.icon, members: [] });
    if (line.type === 'member') members.set(line.guid, (members.get(line.guid) ?? new Set()).add(line.uid));
  }
  return [...groups, ...[...members].map(([guid, uids]) => ({ guid, members: [...uids] }))];
}

/** Preferences without the fields that the app does not let users set, as when a user sets them. */
const preferencesIn = ({ settings }: App, lines: readonly LineOf<'preferences'>[]) =>
  lines.flatMap(({ uid, preferences }) => {
    const { patch } = allowedPart(settings.preferences, preferences as UserPreferences);
    return Object.keys(patch).length === 0 ? [] : [{ uid, patch }];
  });

/** Mutes by user, without those that are over and those that the app does not let users set. */
function mutesIn({ settings }: App, lines: readonly LineOf<'mute'>[], now: number) {
  const byUser = new Map<string, Mute[]>();
  for (const { uid, conversationType, conversationId, until = null } of lines) {
    const mute: Mute = { type: conversationType, id: conversationId, until };
    const isOver = until !== null && until <= now;
    if (!isOver && mayMute(settings.preferences, mute)) byUser.set(uid, [...(byUser.get(uid) ?? []), mute]);
  }
  return [...byUser].map(([uid, mutes]) => ({ uid, mutes }));
}
