import type { EventProgress, Lane } from '@fanfare/client';

const WORDS = { expanding: 'Planning', delivering: 'Sending', done: 'Done' } as const;

/** How far an event is. A call that is still open is marked: it rings for at most thirty seconds. */
export function StateTag({ state, lane }: { state: EventProgress['state']; lane: Lane }) {
  const level = state === 'done' ? 'good' : lane === 'call' ? 'late' : 'warn';
  return <span className={`tag ${level}`}>{WORDS[state]}</span>;
}
