import { KEPT_KINDS, type KeptList, type TrimStep } from './kept.ts';

const MINUTE = 60_000;

/** A ring is needed until it is ended on the devices that it rang on; its end comes within minutes. */
const CALLS_STAY_MS = 5 * MINUTE;

/** How far an app may be over its share before it comes first: two apps of the same size should not take turns. */
const TOLERANCE = 1.1;

/**
 * The next events to delete while memory is short: of apps that keep more than an equal share before those of others,
 * large groups before messages, those with dead letters and calls last, and the oldest first, to the minute. What was
 * done less than `stayMs` ago stays. Undefined when nothing may leave.
 */
export function nextTrim(kept: readonly KeptList[], now: number, stayMs: number): TrimStep | undefined {
  const finishedBefore = now - stayMs;
  const may = kept.filter(
    ({ kind, oldest, finishedAt }) => finishedAt < finishedBefore && (kind !== 'call' || oldest < now - CALLS_STAY_MS),
  );
  const over = overTheirShare(kept);
  const first = may.some(({ appId }) => over.has(appId)) ? may.filter(({ appId }) => over.has(appId)) : may;
  const kind = KEPT_KINDS.find((one) => first.some((list) => list.kind === one));
  const [list, second] = first.filter((one) => one.kind === kind).sort((a, b) => a.oldest - b.oldest);
  if (!list) return undefined;
  const latest = kind === 'call' ? now - CALLS_STAY_MS : now;
  const before = Math.min(latest, second ? second.oldest + MINUTE : Number.POSITIVE_INFINITY);
  return { list, before, finishedBefore };
}

function overTheirShare(kept: readonly KeptList[]): ReadonlySet<string> {
  const bytes = new Map<string, number>();
  for (const list of kept) bytes.set(list.appId, (bytes.get(list.appId) ?? 0) + list.bytes);
  const share = [...bytes.values()].reduce((sum, one) => sum + one, 0) / bytes.size;
  return new Set([...bytes].flatMap(([appId, one]) => (one > share * TOLERANCE ? [appId] : [])));
}
