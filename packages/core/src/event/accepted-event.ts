import { type Event, isCall } from './event.ts';

/** Lanes keep large events from delaying urgent ones; each is a queue of its own. */
export const LANES = ['call', 'chat', 'bulk'] as const;
export type Lane = (typeof LANES)[number];

/** The lane of an event: calls stay in `call` whatever their size; above `bulkAudience` recipients it is `bulk`. */
export function laneOf(event: Event, audienceSize: number, bulkAudience: number): Lane {
  if (isCall(event)) return 'call';
  return audienceSize > bulkAudience ? 'bulk' : 'chat';
}

/** An accepted event: written once by ingest, read by every worker. */
export interface AcceptedEvent {
  key: string;
  /** The internal id. */
  appId: string;
  event: Event;
  lane: Lane;
  /** When ingest accepted it, epoch ms. */
  receivedAt: number;
  /** Not sent after this, epoch ms. */
  leaveBy: number;
  /** Not shown after this, epoch ms: the expiry sent to providers. */
  holdUntil: number;
  /** The app's settings version at acceptance: a worker with an older copy reloads its settings. */
  settingsVersion: number;
  /** The W3C trace context of its acceptance, if that is traced. */
  traceparent?: string | undefined;
}

/** Where an accepted event is stored: its internal key, and the Redis shard that holds all of its data. */
export interface EventRef {
  key: string;
  shard: number;
}
