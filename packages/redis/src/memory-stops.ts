/**
 * What stops as Redis fills, and from which share of `maxmemory`. New events are refused before planning stops, so that
 * what was accepted can be planned; chat goes on longer than bulk; planning a call never stops. `calls` refuses new
 * calls: the rest of the memory is for those that were accepted.
 */
const STOPS = { events: 0.7, bulk: 0.75, chat: 0.85, calls: 0.97 } as const;

/** From this share of `maxmemory` on, finished events leave before their retention ends. */
export const TRIM_FROM = 0.6;

/** `events`, `calls`: new ones are refused; `bulk`, `chat`: events of the lane wait to be planned. */
export type MemoryStop = keyof typeof STOPS;

export const MEMORY_STOPS = Object.keys(STOPS) as MemoryStop[];

/** What has stopped goes on once so much of the memory is free again: it should not change with every reading. */
const SLACK = 0.01;

/** What stops at this fullness, given what had stopped before. */
export const stopsAt = (fullness: number, before: readonly MemoryStop[] = []): MemoryStop[] =>
  MEMORY_STOPS.filter((stop) => fullness >= STOPS[stop] - (before.includes(stop) ? SLACK : 0));

const WORDS: Record<MemoryStop, string> = {
  events: 'new events are refused, except calls',
  bulk: 'events for large groups wait',
  chat: 'all other events but calls wait',
  calls: 'new calls are refused',
};

/** The fullness and its effects in one sentence, for operators. */
export function memorySentence(fullness: number, stops: readonly MemoryStop[]): string {
  const effects = stops.map((stop) => WORDS[stop]).join('; ');
  return `Redis uses ${Math.round(fullness * 100)} % of its memory${effects === '' ? '' : `: ${effects}`}.`;
}
