import { type Event, isCall } from './event.ts';

/** Lanes keep what is urgent from waiting behind what is large; each is a queue of its own. */
export const LANES = ['call', 'chat', 'bulk'] as const;
export type Lane = (typeof LANES)[number];

/** The lane of an event: calls stay in `call` whatever their size; above `bulkAudience` recipients it is `bulk`. */
export function laneOf(event: Event, audienceSize: number, bulkAudience: number): Lane {
  if (isCall(event)) return 'call';
  return audienceSize > bulkAudience ? 'bulk' : 'chat';
}
