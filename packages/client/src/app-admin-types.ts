import type { DeliveryState, Lane, PageOptions, ProviderKind } from './common-types.ts';
import type { Day, DNDOption, PushPlatform } from './enums.ts';
import type { EventProgress, FanfareEvent } from './events.ts';
import type { DaySchedule } from './preferences.ts';
import type { NotificationDetails } from './webhook-body.ts';

/** Filters of the list of events; lists are alternatives. */
export interface EventFilter extends PageOptions {
  /** Received at or after, and at or before, epoch ms. */
  from?: number;
  to?: number;
  type?: FanfareEvent['type'] | readonly FanfareEvent['type'][];
  sender?: string | readonly string[];
  conversation?: string | readonly string[];
  state?: EventProgress['state'] | readonly EventProgress['state'][];
  id?: string;
  messageId?: string;
}

/** An event in the list. */
export interface ListedEvent extends EventProgress {
  type: FanfareEvent['type'];
  /** Epoch ms. */
  receivedAt: number;
  lane: Lane;
  sender: string;
  conversation?: { type: 'user' | 'group'; id: string };
  messageId?: string;
  /** Epoch ms. */
  finishedAt?: number;
  /** Not sent after this time, epoch ms. */
  leaveBy: number;
}

/** How far a search has come. */
export interface Looked {
  looked: number;
  /** When the last one looked at was received, epoch ms. */
  lookedTo?: number;
}

/** Filters of the recipients of an event; lists are alternatives. */
export interface RecipientFilter extends PageOptions {
  decision?: 'sent' | 'suppressed';
  state?: DeliveryState | readonly DeliveryState[];
  provider?: ProviderKind | readonly ProviderKind[];
  reason?: string | readonly string[];
}

/** A delivery, or a user who was not notified. */
export interface EventRecipient {
  uid: string;
  decision: 'sent' | 'suppressed';
  provider?: ProviderKind;
  deviceId?: string;
  state?: DeliveryState;
  reason?: string;
  /** The provider's own words. */
  detail?: string;
}

/** Which statistics. */
export interface StatsQuery {
  /** Epoch ms; default: the last hour. */
  from?: number;
  to?: number;
  step?: '1m' | '5m' | '1h';
  by?: readonly ('provider' | 'lane' | 'outcome')[];
}

/** What was counted. */
export interface StatsCounts {
  events: Record<Lane, number>;
  settled: { provider?: ProviderKind; lane?: Lane; outcome?: DeliveryState; count: number }[];
  suppressed: Record<string, number>;
  /** A count per bucket. */
  latency: Partial<Record<Lane, number[]>>;
}

/** The statistics of an app. */
export interface AppStats {
  from: number;
  to: number;
  step: '1m' | '5m' | '1h';
  /** Upper bounds of the latency buckets, seconds; the last bucket has none. */
  bucketsS: number[];
  /** Percentiles in seconds. */
  total: StatsCounts & { percentiles: Partial<Record<Lane, { p50: number; p95: number; p99: number }>> };
  points: ({ at: number } & StatsCounts)[];
}

/** The result of one attempt. */
export interface RecentOutcome {
  /** Epoch ms. */
  at: number;
  eventId: string;
  type: string;
  uid: string;
  provider: ProviderKind;
  platform?: string;
  outcome: string;
  reason?: string;
  settled?: DeliveryState;
  attempt: number;
  durationMs: number;
  ageMs: number;
}

/** What was decided for one user, with the attempts. */
export interface RecipientTrace {
  eventId: string;
  uid: string;
  decision: 'sent' | 'suppressed' | 'not_in_audience' | 'not_decided_yet';
  reason?: string;
  detail?: string;
  targets: {
    provider: ProviderKind;
    platform?: string;
    deviceId?: string;
    state: DeliveryState;
    attempts: { at?: number; outcome: string; reason?: string; detail?: string }[];
  }[];
  sentence: string;
}

/** What would happen to an event for one user. */
export interface Explanation {
  uid: string;
  decision: 'sent' | 'suppressed' | 'not_in_audience' | 'waiting' | 'expired' | 'superseded';
  reason?: string;
  detail?: string;
  targets: { provider: ProviderKind; platform?: string; deviceId?: string; providerId: string }[];
  /** `notificationDetails`, if it would be sent. */
  payload?: NotificationDetails;
  lane: Lane;
  /** Not sent after `leaveBy`, not shown after `holdUntil`, epoch ms. */
  deadline: { leaveBy: number; holdUntil: number };
  sentence: string;
}

/** A push token of a user. */
export interface UserDevice {
  id: string;
  uid: string;
  platform: PushPlatform;
  providerId: string;
  pushToken: string;
  pushTokenType: 'chat' | 'call';
  /** The first characters of the session's auth token. */
  authToken?: string;
  /** Epoch seconds, as are the next. */
  createdAt: number;
  updatedAt: number;
  /** In quarantine: why, and since when. */
  reason?: string;
  quarantinedAt?: number;
}

/** A user's preferences in effect, as numbers (docs/preferences.md). */
export interface UserPreferences {
  groupPreferences: Record<string, number>;
  oneOnOnePreferences: Record<string, number>;
  mutePreferences: {
    dnd: DNDOption;
    /** When Do Not Disturb ends automatically, epoch ms. */
    until?: number;
    schedule: Partial<Record<Day, DaySchedule>>;
  };
  usePrivacyTemplate: boolean;
}

/** Dead letters: by id, or all that match. */
export type DeadLetterSelection = { ids: readonly string[] } | { filter: DeadLetterFilter };

/** Which dead letters: those of a provider, a reason or an event. */
export interface DeadLetterFilter {
  provider?: ProviderKind;
  reason?: string;
  eventId?: string;
}

/** A delivery that failed for good. */
export interface DeadLetter {
  id: string;
  eventId: string;
  uid: string;
  provider: ProviderKind;
  deviceId?: string;
  reason: string;
  detail?: string;
  attempts: number;
  /** Epoch seconds. */
  at: number;
}

/** How far a replay is. */
export interface Replay {
  id: string;
  state: 'running' | 'done' | 'failed' | 'stopped';
  /** Dead letters selected; absent until they have been counted. */
  total?: number;
  replayed: number;
  /** Not sent again: the event has expired, or the letter was replayed or dismissed meanwhile. */
  skipped: number;
}

/** The dead letters of one provider and reason. */
export interface DeadLetterGroup {
  provider: ProviderKind;
  reason: string;
  count: number;
  /** When the oldest and the newest were given up, epoch seconds. */
  first: number;
  last: number;
  /**
   * How many were given up in each hour that has any, by its beginning in epoch seconds, oldest first. Absent if an
   * older Fanfare, which did not count them, gave part of the answer.
   */
  byHour?: { at: number; count: number }[];
  /** The newest. */
  sample: DeadLetter;
}
