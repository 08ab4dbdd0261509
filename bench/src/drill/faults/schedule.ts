import { below, type Random, seededRandom, shuffled } from '../random.ts';

/**
 * The faults, in tracks: those of a track follow each other, the tracks run side by side. A track is played in decks:
 * each deck has every fault as often as it is listed, in random order.
 */
export const TRACKS = {
  machines: [...twice('kill-ingest', 'kill-fanout', 'kill-sender', 'kill-redis'), ...once('redis-full', 'slow-disk')],
  processes: once('pause-ingest', 'pause-fanout', 'pause-sender', 'clock-ahead', 'clock-behind'),
  providers: once(
    'fcm-goaway',
    'fcm-503',
    'fcm-429',
    'fcm-hang',
    'fcm-reset',
    'fcm-expired-token',
    'apns-goaway',
    'apns-503',
    'apns-429',
    'apns-hang',
    'apns-reset',
    'webhook-503',
    'webhook-429',
    'webhook-hang',
    'webhook-reset',
  ),
} as const;

export type Track = keyof typeof TRACKS;
export type FaultKind = (typeof TRACKS)[Track][number];

export const TRACK_NAMES = Object.keys(TRACKS) as Track[];
export const FAULT_KINDS: readonly FaultKind[] = [...new Set(TRACK_NAMES.flatMap((track) => TRACKS[track]))];

/** A fault to come. */
export interface PlannedFault {
  kind: FaultKind;
  /** Which of two processes, or of several servers: the rest of a division by their number. */
  which: number;
  /** The quiet time before it. */
  gapMs: number;
}

/** Quiet times, at most. Pauses are long and need not be frequent. */
const MAX_GAP_MS: Record<Track, number> = { machines: 800, processes: 4000, providers: 1500 };

/** The faults of a track in their order, without end; the same for the same seed. None if `only` excludes them all. */
export function* planFaults(seed: number, track: Track, only: readonly FaultKind[] = FAULT_KINDS) {
  const random = seededRandom(seed * TRACK_NAMES.length + TRACK_NAMES.indexOf(track));
  const deck = TRACKS[track].filter((kind) => only.includes(kind));
  while (deck.length > 0) yield* shuffled<FaultKind>(random, deck).map((kind) => planned(random, track, kind));
}

const planned = (random: Random, track: Track, kind: FaultKind): PlannedFault => ({
  kind,
  which: below(random, 12),
  gapMs: below(random, MAX_GAP_MS[track]),
});

function once<const Kind extends string>(...kinds: Kind[]): readonly Kind[] {
  return kinds;
}

function twice<const Kind extends string>(...kinds: Kind[]): readonly Kind[] {
  return [...kinds, ...kinds];
}
