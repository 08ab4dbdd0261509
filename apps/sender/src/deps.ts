import type { Lane, Platform, ProviderKind, SettledState } from '@fanfare/core';
import type { Logger, Metrics } from '@fanfare/runtime';
import type { AppCache } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { EventCache } from './event-cache.ts';
import type { Gate } from './gate.ts';
import type { Providers } from './providers.ts';
import type { Refusals } from './refusals.ts';
import type { SupersededCheck } from './superseded-check.ts';

/** What handling a delivery works with; made in app.ts. */
export interface SenderDeps {
  /** Redis of queues and ledger. */
  queueRedis: Redis;
  /** Redis of the registry. */
  registry: Redis;
  events: EventCache;
  superseded: SupersededCheck;
  apps: AppCache;
  providers: Providers;
  /** How much each endpoint or credential may be given, by lane: a ring does not wait for a blast to the same endpoint. */
  gates: Record<Lane, Gate>;
  /** What refuses, for an operator to see. */
  refusals: Refusals;
  metrics: Metrics;
  log: Logger;
  now(): number;
  random(): number;
  /** Told of every attempt, after it is recorded. */
  onAttempt(attempt: AttemptRecord): void;
}

/** One attempt at one delivery, and what it led to. Holds no message text. */
export interface AttemptRecord {
  eventId: string;
  type: string;
  appId: string;
  deliveryId: string;
  uid: string;
  provider: ProviderKind;
  /** Of the device; absent for webhooks and where no device was looked at. */
  platform?: Platform | undefined;
  /** From 1. */
  attempt: number;
  /** What the provider's answer amounts to, or why nothing was sent. */
  outcome: string;
  reason?: string | undefined;
  /** The state the delivery has reached, or undefined when it will be tried again. */
  settled: SettledState | undefined;
  /** When it is tried again, in ms. */
  againInMs?: number | undefined;
  durationMs: number;
  /** From the receipt of the event to now. */
  ageMs: number;
}
