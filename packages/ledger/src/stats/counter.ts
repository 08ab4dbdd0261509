import { LANES, type Lane, PROVIDER_KINDS, type ProviderKind, type SettledState } from '@fanfare/core';

/** Upper bounds of the buckets for the time from receipt to acceptance, seconds; one more has what took longer. */
export const LATENCY_BUCKETS_S = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600] as const;

/** Names a counter of an app's statistics. Names are stored: a change of one starts a new counter. */
export const counter = {
  /** Events accepted. */
  event: (lane: Lane): string => `e|${lane}`,
  /** Deliveries settled. */
  settled: (provider: ProviderKind, lane: Lane, state: SettledState): string => `s|${provider}|${lane}|${state}`,
  /** Recipients not notified. */
  suppressed: (reason: string): string => `x|${reason}`,
  /** Deliveries accepted so long after the receipt of their event. */
  latency: (lane: Lane, ms: number): string => {
    const bucket = LATENCY_BUCKETS_S.findIndex((bound) => ms <= bound * 1000);
    return `l|${lane}|${bucket === -1 ? LATENCY_BUCKETS_S.length : bucket}`;
  },
};

/** What a counter counts. */
export type Counted =
  | { kind: 'event'; lane: Lane }
  | { kind: 'settled'; provider: ProviderKind; lane: Lane; state: SettledState }
  | { kind: 'suppressed'; reason: string }
  | { kind: 'latency'; lane: Lane; bucket: number };

/** What the counter with this name counts; undefined for one that this version does not know. */
export function parseCounter(name: string): Counted | undefined {
  const [kind, a = '', b = '', c = ''] = name.split('|');
  const isLane = (text: string): text is Lane => LANES.includes(text as Lane);
  if (kind === 'e' && isLane(a)) return { kind: 'event', lane: a };
  if (kind === 'x') return { kind: 'suppressed', reason: a };
  if (kind === 'l' && isLane(a)) return { kind: 'latency', lane: a, bucket: Number(b) };
  if (kind !== 's' || !isLane(b) || !PROVIDER_KINDS.includes(a as ProviderKind)) return undefined;
  return { kind: 'settled', provider: a as ProviderKind, lane: b, state: c as SettledState };
}
