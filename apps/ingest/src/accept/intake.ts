import { type Acceptance, type OpenUsages, readOpenUsage } from '@fanfare/ledger';
import { type ApiKeyGrant, type App, findApiKey, findAppId, readApp } from '@fanfare/store';
import type { Redis } from 'ioredis';
import { GroupCommit } from './group-commit.ts';
import { RequestsInFlight } from './in-flight.ts';
import { SharedReads } from './shared-reads.ts';
import { type NewEvent, type StoreDeps, storeEvents } from './store-events.ts';

/** What requests in flight read and write together (ADR 22). Answers are as fresh as if each had asked alone. */
export interface Intake {
  /** By API key. */
  grants: SharedReads<ApiKeyGrant | undefined>;
  /** Internal ids, by public id. */
  appIds: SharedReads<string | undefined>;
  /** By internal id. */
  apps: SharedReads<App | undefined>;
  /** By internal id. */
  usages: SharedReads<OpenUsages>;
  /** What those read do not contain yet. */
  inFlight: RequestsInFlight;
  /** New events, by internal id of their app. */
  events: GroupCommit<NewEvent, Acceptance>;
}

/** Starts empty; nothing to close. */
export function createIntake(deps: StoreDeps & { registry: Redis }): Intake {
  const { registry, queueRedis, shards, now } = deps;
  return {
    grants: new SharedReads((apiKey) => findApiKey(registry, apiKey)),
    appIds: new SharedReads((publicId) => findAppId(registry, publicId)),
    apps: new SharedReads((appId) => readApp(registry, appId)),
    usages: new SharedReads((appId) => readOpenUsage(queueRedis, appId, shards.all)),
    inFlight: new RequestsInFlight(),
    events: new GroupCommit((events) => storeEvents(deps, events), now),
  };
}
