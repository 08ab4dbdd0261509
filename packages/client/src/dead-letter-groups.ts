import type { DeadLetterGroup } from './app-admin-types.ts';

/** The groups of two parts of a count, the largest first. */
export function addedGroups(before: readonly DeadLetterGroup[], more: readonly DeadLetterGroup[]): DeadLetterGroup[] {
  const groups = new Map<string, DeadLetterGroup>();
  for (const group of [...before, ...more]) {
    const key = `${group.provider} ${group.reason}`;
    const known = groups.get(key);
    groups.set(key, known ? added(known, group) : group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

function added(a: DeadLetterGroup, b: DeadLetterGroup): DeadLetterGroup {
  const { byHour: _, ...newer } = a.last >= b.last ? a : b;
  const group = { ...newer, count: a.count + b.count, first: Math.min(a.first, b.first) };
  return a.byHour && b.byHour ? { ...group, byHour: addedHours(a.byHour, b.byHour) } : group;
}

type Hours = NonNullable<DeadLetterGroup['byHour']>;

function addedHours(a: Hours, b: Hours): Hours {
  const counts = new Map<number, number>();
  for (const { at, count } of [...a, ...b]) counts.set(at, (counts.get(at) ?? 0) + count);
  return [...counts].map(([at, count]) => ({ at, count })).sort((one, other) => one.at - other.at);
}
