import { type Event, isCall } from './event.ts';

/** Lanes keep what is urgent from waiting behind what is large; each is a queue of its own. */
export const LANES = ['call', 'chat', 'bulk'] as const;
export type Lane = (typeof LANES)[number];

/** The lane of an event: calls stay in `call` whatever their size; above `bulkAudience` recipients it is `bulk`. */
export function laneOf(event: Event, audienceSize: number, bulkAudience: number): Lane {
  if (isCall(event)) return 'call';
  return audienceSize > bulkAudience ? 'bulk' : 'chat';
}

/** An event as it was accepted: what ingest writes once and every worker reads. */
export interface AcceptedEvent {
  key: string;
  /** The internal id. */
  appId: string;
  event: Event;
  lane: Lane;
  /** When ingest took it, epoch ms. */
  receivedAt: number;
  /** Not sent after this, epoch ms. */
  leaveBy: number;
  /** Not shown after this, epoch ms: what providers are told. */
  holdUntil: number;
  /** The app's settings version at acceptance: a worker with an older copy reloads. */
  settingsVersion: number;
}

/** Where an accepted event lives: its internal key and the shard of Redis that holds everything about it. */
export interface EventRef {
  key: string;
  shard: number;
}
