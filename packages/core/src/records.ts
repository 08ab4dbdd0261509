import type { Event } from './event.ts';
import type { Lane } from './lane.ts';

/** An event as it was accepted: what ingest writes once and every worker reads. */
export interface AcceptedEvent {
  key: string;
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
