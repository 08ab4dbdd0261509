import type { Platform, ProviderKind, SettledState } from '@fanfare/core';
import type { Stats } from '@fanfare/ledger';
import type { Producer } from '@fanfare/queue';
import type { Logger, Metrics, Tracing } from '@fanfare/runtime';
import type { AppCache, SecretBox } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { EventCache } from './event-cache.ts';
import type { Gates } from './held/gates.ts';
import type { LedgerReader } from './ledger-reader.ts';
import type { PlanCache } from './plan-cache.ts';
import type { Providers } from './providers.ts';
import type { RecentOutcomes } from './recent-outcomes.ts';
import type { Recorder } from './recorder.ts';
import type { Refusals } from './refusals.ts';
import type { SupersededCheck } from './superseded-check.ts';
import type { TargetReader } from './target-reader.ts';
import type { TokenSafety } from './token-safety.ts';
import type { WebhookHealth } from './webhook-health.ts';

/** The dependencies for handling a delivery; created in lanes.ts. */
export interface SenderDeps {
  /** The Redis of queues and ledger. */
  queueRedis: Redis;
  /** The Redis of the registry. */
  registry: Redis;
  events: EventCache;
  plans: PlanCache;
  ledger: LedgerReader;
  targets: TargetReader;
  superseded: SupersededCheck;
  apps: AppCache;
  /** For the secrets of providers. */
  box: SecretBox;
  providers: Providers;
  /** What may be sent now, and what is held. */
  gates: Gates;
  recorder: Recorder;
  /** For deliveries that leave their pack, or were held. */
  producer: Producer;
  /** Endpoints and credentials that refuse, for the operator. */
  refusals: Refusals;
  /** Decides about tokens that are reported dead. */
  tokenSafety: TokenSafety;
  /** Switches off webhooks that accept nothing. */
  webhookHealth: WebhookHealth;
  /** What is counted for each app. */
  stats: Stats;
  /** The live tail. */
  recent: RecentOutcomes;
  metrics: Metrics;
  tracing: Tracing;
  log: Logger;
  now(): number;
  random(): number;
  /** Called for every attempt, after it is recorded. */
  onAttempt?: ((attempt: AttemptRecord) => void) | undefined;
}

/** One attempt at one delivery, and its result. Contains no message text. */
export interface AttemptRecord {
  eventId: string;
  type: string;
  appId: string;
  deliveryId: string;
  uid: string;
  provider: ProviderKind;
  /** The device's platform; absent for webhooks, or if no device was read. */
  platform?: Platform | undefined;
  /** From 1. */
  attempt: number;
  /** The classified answer of the provider, or why nothing was sent. */
  outcome: string;
  reason?: string | undefined;
  /** The final state of the delivery; undefined if it will be retried. */
  settled: SettledState | undefined;
  /** Delay before the next attempt, in ms. */
  againInMs?: number | undefined;
  durationMs: number;
  /** Time since the event was received. */
  ageMs: number;
}
